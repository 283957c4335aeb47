/* Parser of boot/config: see config.h. */
#include "config.h"

#include <string.h>

#include <abi/errno.h>

/* Undoes \\ and \n in place. False: a backslash before something else. */
static bool unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        char byte = *from;
        if (byte == '\\') {
            from++;
            if (*from != '\\' && *from != 'n') {
                return false;
            }
            byte = *from == 'n' ? '\n' : '\\';
        }
        *to++ = byte;
    }
    *to = '\0';
    return true;
}

static int list_add(char **list, uint32_t *count, uint32_t limit, char *value)
{
    if (!unescape(value)) {
        return -E_INVAL;
    }
    if (*count == limit) {
        return -E_2BIG;
    }
    list[(*count)++] = value;
    return 0;
}

static int stream_parse(struct config *config, const char *value)
{
    if (value[0] < '0' || value[0] > '2' || value[1] != ' ') {
        return -E_INVAL;
    }
    bool is_terminal = strcmp(value + 2, "tty") == 0;
    if (!is_terminal && strcmp(value + 2, "plain") != 0) {
        return -E_INVAL;
    }
    config->is_terminal[value[0] - '0'] = is_terminal;
    config->is_told[value[0] - '0'] = true;
    return 0;
}

static int line_parse(struct config *config, const char *key, char *value)
{
    if (strcmp(key, "interactive") == 0) {
        config->interactive = strcmp(value, "1") == 0;
        return config->interactive || strcmp(value, "0") == 0 ? 0 : -E_INVAL;
    }
    if (strcmp(key, "stream") == 0) {
        return stream_parse(config, value);
    }
    if (strcmp(key, "console") == 0) {
        config->console = value;
        return value[0] != '\0' ? 0 : -E_INVAL;
    }
    if (strcmp(key, "input") == 0) {
        config->input_escapes = strcmp(value, "escaped") == 0;
        config->input_ended = strcmp(value, "none") == 0;
        return config->input_escapes || config->input_ended || strcmp(value, "raw") == 0 ? 0 : -E_INVAL;
    }
    if (strcmp(key, "arg") == 0) {
        return list_add(config->arguments, &config->argument_count, CONFIG_ARGUMENTS_MAX, value);
    }
    if (strcmp(key, "env") == 0) {
        return strchr(value, '=') == NULL
                   ? -E_INVAL
                   : list_add(config->variables, &config->variable_count, CONFIG_VARIABLES_MAX, value);
    }
    if (strcmp(key, "cwd") == 0) {
        config->cwd = value;
        return unescape(value) && value[0] == '/' ? 0 : -E_INVAL;
    }
    return 0;
}

int config_parse(struct config *config, const char *text, uint64_t length_bytes)
{
    if (length_bytes > CONFIG_BYTES_MAX) {
        return -E_2BIG;
    }
    memcpy(config->text, text, length_bytes);
    config->text[length_bytes] = '\0';
    if (strlen(config->text) != length_bytes) {
        return -E_INVAL;
    }
    for (char *line = config->text; *line != '\0';) {
        char *end = strchr(line, '\n');
        if (end == NULL) {
            return -E_INVAL;
        }
        *end = '\0';
        char *space = strchr(line, ' ');
        if (space == NULL) {
            return -E_INVAL;
        }
        *space = '\0';
        int error = line_parse(config, line, space + 1);
        if (error < 0) {
            return error;
        }
        line = end + 1;
    }
    return 0;
}

void config_streams(struct config *config)
{
    for (uint32_t i = 0; i < 3; i++) {
        if (!config->is_told[i]) {
            config->is_terminal[i] = i == 0 || config->interactive;
        }
    }
}

const char *config_variable(char *const variables[], const char *name)
{
    size_t length = strlen(name);
    for (uint32_t i = 0; variables[i] != NULL; i++) {
        if (strncmp(variables[i], name, length) == 0 && variables[i][length] == '=') {
            return variables[i] + length + 1;
        }
    }
    return NULL;
}

int config_default(struct config *config, char *variable)
{
    for (uint32_t i = 0; i < config->variable_count; i++) {
        size_t length = strcspn(variable, "=") + 1;
        if (strncmp(config->variables[i], variable, length) == 0) {
            return 0;
        }
    }
    if (config->variable_count == CONFIG_VARIABLES_MAX) {
        return -E_2BIG;
    }
    config->variables[config->variable_count++] = variable;
    return 0;
}
