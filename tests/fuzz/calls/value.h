/* The meaning of argument bytes: see program.h. */
#ifndef FUZZ_VALUE_H
#define FUZZ_VALUE_H

#include "machine.h"
#include "program.h"

enum value_kind {
    VALUE_ANY, /* small numbers */
    VALUE_GRANT, VALUE_TABLE, VALUE_MEMORY, VALUE_SPACE, VALUE_THREAD, VALUE_CHANNEL, VALUE_CONNECTION,
    VALUE_NOTIFICATION, VALUE_TIMER, VALUE_INTERRUPT, VALUE_SCHEDULING, VALUE_HANDLE,
    VALUE_ID,       /* of a message */
    VALUE_PARTS,    /* address of a vector */
    VALUE_COUNT,    /* of its parts */
    VALUE_COUNTS,   /* of two vectors, and call's flags */
    VALUE_DEADLINE,
    VALUE_ADDRESS,  /* of data */
    VALUE_WORD,     /* of a word that threads wait for */
    VALUE_SIZE,     /* in bytes */
    VALUE_BUDGET,   /* or a period, in ns */
    VALUE_RIGHTS,
    VALUE_PROT,     /* and map flags */
    VALUE_PRIORITY,
    VALUE_PLACE,    /* in a table, and mode */
    VALUE_WORDS,    /* numbers of words of a short message, and call's flags; or a reply's number and status */
    VALUE_WORDS_CHANNEL /* number of words of a short reply, channel to receive from, status */
};

/* What `byte` stands for where `thread` passes an argument of this kind. */
uint64_t value_decode(struct scenario *scenario, struct thread *thread, enum value_kind kind, uint8_t byte);
/* Kinds of a system call's arguments; NULL: there is no such call. */
const uint8_t *value_kinds(unsigned number);
const char *value_call_name(unsigned number);

#endif
