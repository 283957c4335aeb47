/* Lending: from the moment a message is received until its end, whoever received it works on its client's scheduling
 * context, and hands that on in its own calls. With several unanswered messages the one received last counts, then the
 * one before it; after a pulse a thread works for itself until it receives a message. Clients without a context lend
 * nothing: their server works on its own, or on none.
 *
 * If what was lent runs out, the server goes on on its own context (or none), unless its channel has
 * CHANNEL_BUDGET_WAIT: then it waits for the client's. No reply is lost either way. */
#ifndef KERNEL_LENDING_H
#define KERNEL_LENDING_H

#include "scheduling.h"

/* `server` has received the message of `client`. */
void lending_begin(struct kernel *kernel, struct thread *client, struct thread *server);
/* The message of `client` ends. Harmless if it lends nothing. */
void lending_end(struct kernel *kernel, struct thread *client);
/* The thread took a pulse. */
void lending_pulse(struct kernel *kernel, struct thread *thread);
/* Works out its context again, and those of whom it has called, along the chain. */
void lending_update(struct kernel *kernel, struct thread *thread);
/* The thread dies: nobody lends it anything any more. */
void lending_server_gone(struct kernel *kernel, struct thread *server);

/* -E_BUSY: the thread is bound already. */
int lending_bind(struct kernel *kernel, struct scheduling *scheduling, struct thread *thread);
/* -E_INVAL: it is not bound to this one. */
int lending_unbind(struct kernel *kernel, struct scheduling *scheduling, struct thread *thread);

/* What the thread's time is charged to if it runs now; NULL: to nobody. */
struct scheduling *lending_payer(struct kernel *kernel, const struct thread *thread);
/* Whose budget the thread must wait for before it can run; NULL: it can. *other: one that would do too, or NULL. */
struct scheduling *lending_shortage(struct kernel *kernel, const struct thread *thread, struct scheduling **other);
unsigned lending_check(const struct thread *thread);

#endif
