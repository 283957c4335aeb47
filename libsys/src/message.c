/* Native calls on channels, connections, messages and pulses. */
#include <sys/call.h>

#include "gate.h"

int sys_channel_create(int grant, uint32_t pulse_slots, uint32_t flags)
{
    return (int)gate_call(SYS_CHANNEL_CREATE, (uint64_t)grant, pulse_slots, flags, 0, 0, 0);
}

int sys_connection_create(int grant, int channel, uint64_t cookie, uint32_t rights)
{
    return (int)gate_call(SYS_CONNECTION_CREATE, (uint64_t)grant, (uint64_t)channel, cookie, rights, 0, 0);
}

/* Counts share one argument, 16 bits each: what does not fit must not turn into something that does. */
static uint64_t counts_pack(uint32_t first, uint32_t second)
{
    uint32_t low = first > 0xffffu ? 0xffffu : first;
    uint32_t high = second > 0xffffu ? 0xffffu : second;
    return low | (uint64_t)high << 16;
}

int64_t sys_call(int connection, const struct part *send, uint32_t send_count, const struct part *reply,
                 uint32_t reply_count, uint32_t flags, uint64_t deadline_ns)
{
    uint64_t counts = counts_pack(send_count, reply_count) | (uint64_t)flags << 32;
    return gate_call(SYS_CALL, (uint64_t)connection, GATE_ADDRESS(send), GATE_ADDRESS(reply), counts, deadline_ns, 0);
}

struct words {
    uint64_t word[MESSAGE_WORDS_MAX];
};

/* The first `count` of them, at most all; the rest is 0. */
static inline struct words words_take(const uint64_t *words, uint32_t count)
{
    struct words taken = {{0}};
    if (count > 0) {
        taken.word[0] = words[0];
    }
    if (count > 1) {
        taken.word[1] = words[1];
    }
    if (count > 2) {
        taken.word[2] = words[2];
    }
    if (count > 3) {
        taken.word[3] = words[3];
    }
    return taken;
}

int64_t sys_call_short(int connection, const uint64_t *words, uint32_t send_count, uint32_t reply_count, uint32_t flags)
{
    if (send_count > MESSAGE_WORDS_MAX || reply_count > MESSAGE_WORDS_MAX) {
        return -E_INVAL;
    }
    struct words sent = words_take(words, send_count);
    return gate_call(SYS_CALL_SHORT, (uint64_t)connection, sent.word[0], sent.word[1], sent.word[2], sent.word[3],
                     send_count | reply_count << 8 | (uint64_t)flags << 32);
}

int sys_receive(int channel, const struct part *parts, uint32_t count, uint64_t deadline_ns)
{
    return (int)gate_call(SYS_RECEIVE, (uint64_t)channel, GATE_ADDRESS(parts), count, deadline_ns, 0, 0);
}

int64_t sys_reply(uint64_t message_id, int64_t status, const struct part *parts, uint32_t count)
{
    return gate_call(SYS_REPLY, message_id, (uint64_t)status, GATE_ADDRESS(parts), count, 0, 0);
}

int64_t sys_reply_short(uint64_t message_id, int64_t status, const uint64_t *words, uint32_t count)
{
    if (count > MESSAGE_WORDS_MAX || status < REPLY_SHORT_STATUS_MIN || status > REPLY_SHORT_STATUS_MAX) {
        return -E_INVAL;
    }
    struct words sent = words_take(words, count);
    return gate_call(SYS_REPLY_SHORT, message_id, count | (uint64_t)status << 8, sent.word[0], sent.word[1],
                     sent.word[2], sent.word[3]);
}

int sys_reply_receive(uint64_t message_id, int64_t status, const struct part *reply, uint32_t reply_count,
                      const struct part *receive, uint32_t receive_count, int channel)
{
    return (int)gate_call(SYS_REPLY_RECEIVE, message_id, (uint64_t)status, GATE_ADDRESS(reply),
                          counts_pack(reply_count, receive_count), GATE_ADDRESS(receive), (uint64_t)channel);
}

int sys_reply_receive_short(uint64_t message_id, int32_t status, const uint64_t *words, uint32_t count, int channel)
{
    if (count > MESSAGE_WORDS_MAX) {
        return -E_INVAL;
    }
    if (channel < 0 || (uint32_t)channel > REPLY_RECEIVE_SHORT_CHANNELS) {
        return -E_BADF;
    }
    struct words sent = words_take(words, count);
    return (int)gate_call(SYS_REPLY_RECEIVE_SHORT, message_id,
                          count | (uint64_t)(uint32_t)channel << 8 | (uint64_t)(uint32_t)status << 32,
                          sent.word[0], sent.word[1], sent.word[2], sent.word[3]);
}

int64_t sys_message_read(uint64_t message_id, uint64_t offset_bytes, const struct part *parts, uint32_t count)
{
    return gate_call(SYS_MESSAGE_READ, message_id, offset_bytes, GATE_ADDRESS(parts), count, 0, 0);
}

int64_t sys_message_write(uint64_t message_id, uint64_t offset_bytes, const struct part *parts, uint32_t count)
{
    return gate_call(SYS_MESSAGE_WRITE, message_id, offset_bytes, GATE_ADDRESS(parts), count, 0, 0);
}

int sys_pulse(int connection, int code, uint64_t value, int priority)
{
    return (int)gate_call(SYS_PULSE, (uint64_t)connection, (uint64_t)code, value, (uint64_t)priority, 0, 0);
}

int sys_connection_info(int channel, int connection, uint64_t *cookie)
{
    return (int)gate_call(SYS_CONNECTION_INFO, (uint64_t)channel, (uint64_t)connection, GATE_ADDRESS(cookie), 0, 0, 0);
}
