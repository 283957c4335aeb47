/* Exceptions: what a thread cannot go on from goes as a message to its exception connection; the answer says how it
 * goes on. A foreign call goes straight to the library's upcall, if it was made outside. */
#include "kernel_state.h"

#include "channel.h"
#include "connection.h"
#include "copy.h"

#include <abi/errno.h>

/* Into the library's upcall with the registers saved; false: it stands where it cannot be diverted. */
static bool exception_upcall(struct kernel *kernel, struct thread *client, const struct exception_info *info)
{
    struct control *control = client->control;
    uint64_t stack = client->control_address + LIBSYS_STACK_OFFSET + LIBSYS_STACK_BYTES;

    if (kernel->libsys_entry_upcall == 0 || control->in_upcall != 0)
        return false;
    if (!plat_context_upcall(kernel, thread_context(client), &control->upcall_registers, kernel->libsys_entry_upcall,
                             stack))
        return false;
    control->upcall_exception = *info;
    control->in_upcall = 1;
    return true;
}

static char *text_put(char *to, const char *text)
{
    while (*text != '\0')
        *to++ = *text++;
    return to;
}

static char *number_put(char *to, uint64_t value, unsigned base)
{
    char digits[20]; /* as many as the largest number has */
    unsigned count = 0;

    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    while (count > 0)
        *to++ = digits[--count];
    return to;
}

/* One line in the log for a thread that dies of what nobody is told. */
static void exception_log(struct kernel *kernel, const struct thread *thread, const struct exception_info *info)
{
    static const char names[][20] = {
        [EXCEPTION_FAULT] = "memory fault",       [EXCEPTION_ILLEGAL] = "illegal instruction",
        [EXCEPTION_ARITHMETIC] = "arithmetic error", [EXCEPTION_BREAKPOINT] = "breakpoint",
        [EXCEPTION_BUS] = "bus error",            [EXCEPTION_FOREIGN_CALL] = "foreign system call",
        [EXCEPTION_NO_MEMORY] = "out of memory",  [EXCEPTION_HOST] = "thread lost",
    };
    char line[128];
    char *end = text_put(line, "died: thread/");

    end = number_put(end, thread->serial, 10);
    end = text_put(end, ", which has no exception channel: ");
    end = text_put(end, info->kind < sizeof(names) / sizeof(names[0]) ? names[info->kind] : "exception");
    end = text_put(end, " at 0x");
    end = number_put(end, info->address, 16);
    end = text_put(end, "\n");
    plat_log(kernel, line, (size_t)(end - line));
}

void message_exception(struct kernel *kernel, struct thread *thread, const struct exception_info *info)
{
    struct message *message = &thread->message;
    struct connection *connection = thread->exception;

    trace_record(kernel, TRACE_EXCEPTION, thread, NULL, 0, info->address, info->kind);
    if (info->kind == EXCEPTION_FOREIGN_CALL && exception_upcall(kernel, thread, info))
        return;
    if (connection == NULL || connection->channel->dead) {
        exception_log(kernel, thread, info);
        thread_kill(kernel, thread);
        return;
    }
    message_open(kernel, thread, connection, RECEIVED_EXCEPTION);
    message->exception = *info;
    message->is_short = false;
    message->bytes[0] = sizeof(struct exception_message);
    message->bytes[1] = sizeof(struct registers);
    message->rights = 0;
    message->uninterruptible = true;
    message->transfer.count = 0;
    thread_block(kernel, thread, THREAD_SEND, DEADLINE_NONE);
    (void)message_send(kernel, thread); /* its own side cannot fail: it is kernel memory */
}

void exception_message_get(struct kernel *kernel, struct thread *client, struct exception_message *message)
{
    message->info = client->message.exception;
    plat_context_get(kernel, thread_context(client), &message->registers);
}

/* Registers that the handler sends along. */
static int exception_registers(struct kernel *kernel, struct thread *server, const struct vector_arguments *vector,
                               struct registers *registers, uint64_t *bytes)
{
    struct cursor from, to;
    struct copy_result copied;

    vector_cursor(server, vector, ACCESS_READ, &from);
    cursor_init_bytes(&to, registers, sizeof(*registers));
    copied = copy_vectors(kernel, &to, &from);
    *bytes = copied.bytes;
    return copied.from_error;
}

int64_t exception_reply(struct kernel *kernel, struct thread *server, struct thread *client, int64_t status,
                        const struct vector_arguments *vector)
{
    struct exception_info info = client->message.exception;
    struct registers registers;
    uint64_t bytes;
    int error;

    if (status != EXCEPTION_RESUME && status != EXCEPTION_KILL && status != EXCEPTION_UPCALL)
        return -E_INVAL;
    error = exception_registers(kernel, server, vector, &registers, &bytes);
    if (error != 0)
        return error;
    trace_record(kernel, TRACE_REPLY, server, client, client->message.id, (uint64_t)status, bytes);
    if (bytes == sizeof(registers) && status == EXCEPTION_RESUME)
        plat_context_set(kernel, thread_context(client), &registers);
    if (status == EXCEPTION_KILL || (status == EXCEPTION_UPCALL && !exception_upcall(kernel, client, &info)))
        thread_doom(kernel, client);
    else
        thread_wake_quietly(kernel, client);
    return (int64_t)bytes;
}
