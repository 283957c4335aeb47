/* Short messages: up to MESSAGE_WORDS_MAX words each way that come and go in registers, so that no memory of a program
 * is touched. They are kept in the message itself; to the other side's vector they look like any bytes. */
#include "kernel_state.h"

#include "copy.h"

#include <kernel/canary.h>

void message_cursor(struct thread *client, unsigned direction, struct cursor *cursor)
{
    struct message *message = &client->message;

    if (message->is_short)
        cursor_init_bytes(cursor, message->words[direction], message->bytes[direction]);
    else
        cursor_init(cursor, client->space, message->parts[direction], message->part_counts[direction],
                    direction == 0 ? ACCESS_READ : ACCESS_WRITE);
}

void vector_cursor(struct thread *thread, const struct vector_arguments *vector, uint32_t access,
                   struct cursor *cursor)
{
    if (vector->words != NULL)
        cursor_init_bytes(cursor, (void *)(uintptr_t)vector->words,
                          (vector->count - (canary(WORDS_CUT) && vector->count > 1)) * sizeof(*vector->words));
    else
        cursor_init(cursor, thread->space, vector->parts, vector->count, access);
}

bool message_in_words(const struct message *message, const struct vector_arguments *vector)
{
    return message->is_short && vector->count == 0;
}

void message_words_put(const struct message *message, unsigned direction, struct control *control)
{
    for (unsigned i = 0; i < (canary(WORDS_KEPT) ? message->part_counts[direction] : MESSAGE_WORDS_MAX); i++)
        control->words[i] = message->words[direction][i];
}
