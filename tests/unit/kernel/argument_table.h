/* Every system call, argument by argument: what is right there, and so what is wrong. The test tries every wrong value
 * of each argument in turn, with all others right, and at last the call with all right. */
#ifndef ARGUMENT_TABLE_H
#define ARGUMENT_TABLE_H

#include "scenario.h"

enum argument_kind {
    NOTHING,  /* the call has no such argument */
    ANY,      /* no value is wrong by itself */
    NUMBER,   /* `value`; `wrong` are not */
    HANDLE,   /* of an object of `type` with one of `rights` */
    OPTIONAL, /* the same, or -1: none */
    OWN,      /* the same, or -1: the caller's own */
    PLACE,    /* any handle that there is; with `rights` */
    MESSAGE,  /* ID of an unanswered message */
    OUT,      /* address of `value` bytes that the kernel writes */
    IN,       /* address of `value` bytes that it reads */
    VECTOR,   /* address of one part; read when the call is made */
    WORD,     /* address of 32 bits, aligned */
    PACKED,   /* four words and a channel, as REPLY_RECEIVE_SHORT has them */
};

#define WRONG_MAX 7u

struct argument {
    enum argument_kind kind;
    enum object_type type;
    uint32_t rights;
    uint64_t value; /* the right one; OUT, IN: bytes */
    int error;      /* of wrong numbers; 0: E_INVAL */
    unsigned wrong_count;
    uint64_t wrong[WRONG_MAX];
};

/* What a row wants besides. */
enum row_flags {
    AUTHORITY = 1, /* without the authority it is E_PERM */
    BLOCKS = 2,    /* the right call gives no result at once */
    NEW_THREAD = 4,
    SELF_SPACE = 8, /* -1 for handles of spaces and tables, of which there is another too */
    QUEUED = 16,    /* a message waits in the channel */
    PARTIAL = 32,   /* it moves what it can */
    PLAIN = 64,     /* the caller has not the authority */
};

struct row {
    uint64_t number;
    const char *name;
    unsigned flags;
    struct argument arguments[6];
};

extern const struct row argument_table[];
extern const unsigned argument_rows;

#endif
