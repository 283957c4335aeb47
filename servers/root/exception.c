/* Exceptions of threads: to the library's signal handler if the process catches the signal, else the end of the
 * process, with a report in the machine's log. Each line of it starts with "crash:". */
#include "exception_registers.h"
#include "root.h"
#include <string.h>
#include <sys/os.h>

struct exception_meaning {
    uint32_t signal;
    const char *text;
    bool access; /* the address was being read, written or executed */
};

static struct exception_meaning exception_meaning(uint32_t kind)
{
    static const struct exception_meaning meanings[] = {
        [EXCEPTION_FAULT] = {SIGNAL_SEGV, "memory fault", true},
        [EXCEPTION_ILLEGAL] = {SIGNAL_ILL, "illegal instruction", false},
        [EXCEPTION_ARITHMETIC] = {SIGNAL_FPE, "arithmetic error", false},
        [EXCEPTION_BREAKPOINT] = {SIGNAL_TRAP, "breakpoint", false},
        [EXCEPTION_BUS] = {SIGNAL_BUS, "bus error", true},
        [EXCEPTION_FOREIGN_CALL] = {SIGNAL_SYS, "foreign system call", false},
        [EXCEPTION_NO_MEMORY] = {SIGNAL_KILL, "out of memory", true},
        [EXCEPTION_HOST] = {SIGNAL_KILL, "thread lost by the machine", false},
    };
    if (kind == 0 || kind >= sizeof meanings / sizeof meanings[0]) {
        return (struct exception_meaning){SIGNAL_KILL, "unknown exception", false};
    }
    return meanings[kind];
}

static const char *access_text(uint32_t access)
{
    return access == ACCESS_WRITE ? " writing" : access == ACCESS_EXECUTE ? " executing" : "";
}

static void crash_registers(const struct registers *registers)
{
    static const char *const names[REGISTER_WORDS] = {REGISTER_NAMES};
    uint64_t words[REGISTER_WORDS];
    memcpy(words, registers, sizeof words);
    for (uint32_t i = 0; i < REGISTER_WORDS; i += 4) {
        char line[160];
        int used = os_format(line, sizeof line, "crash: ");
        for (uint32_t k = i; k < i + 4 && k < REGISTER_WORDS && names[k] != NULL; k++) {
            used += os_format(line + used, sizeof line - (uint64_t)used, " %s %016lx", names[k], words[k]);
        }
        used += os_format(line + used, sizeof line - (uint64_t)used, "\n");
        sys_log(line, (uint64_t)used);
    }
}

static void crash_report(const struct process *process, uint32_t tid, const struct exception_message *message)
{
    struct exception_meaning meaning = exception_meaning(message->info.kind);
    os_log("crash: %s: pid %u, thread %u: signal %u: %s%s at address 0x%lx\n", process->name, process->pid, tid,
           meaning.signal, meaning.text, meaning.access ? access_text(message->info.access) : "",
           message->info.address);
    crash_registers(&message->registers);
}

/* Somebody must go so that the others can go on. Returns whether it is not the one that asks. */
static bool memory_make(struct root *root, const struct process *process)
{
    struct process *victim = memory_victim(root);
    if (victim == NULL || victim == process) {
        return false;
    }
    os_log("crash: %s: pid %u: signal %u: ended, since memory is exhausted and it has the most of it\n", victim->name,
           victim->pid, (unsigned)SIGNAL_KILL);
    process_end(root, victim, STATUS_SIGNALED(SIGNAL_KILL, false));
    return true;
}

#define FAULT_ENTRY_BYTES 128u /* of the library's code from entry_fault on that must not fault itself */

/* A bad address touched inside the system library: the library knows whether that was a program's argument. Returns
 * false if it was not there, or in the very code that finds out. */
static bool exception_to_library(struct root *root, struct root_call *call, const struct exception_message *message)
{
    struct registers registers = message->registers;
    if (message->info.kind != EXCEPTION_FAULT || exception_pc(&registers) - LIBSYS_BASE >= LIBSYS_BYTES_MAX) {
        return false;
    }
    const struct libsys_header *header = (const struct libsys_header *)(uintptr_t)LIBSYS_BASE;
    if (exception_pc(&registers) - header->entry_fault < FAULT_ENTRY_BYTES) {
        return false;
    }
    exception_divert(&registers, header->entry_fault, message->info.address);
    root_reply(root, call, EXCEPTION_RESUME, &registers, sizeof registers);
    return true;
}

void serve_exception(struct root *root, struct root_call *call)
{
    uint32_t tid = IDENTITY_TID(call->info.identity);
    struct process *process = process_find(root, IDENTITY_PID(call->info.identity));
    if (process == NULL || process->state != PROCESS_ALIVE || task_find(process, tid) == NULL) {
        root_reply(root, call, EXCEPTION_KILL, NULL, 0);
        return;
    }
    struct exception_message message;
    memcpy(&message, &call->message.exception, sizeof message);
    if (exception_to_library(root, call, &message)) {
        return;
    }
    uint32_t signal = exception_meaning(message.info.kind).signal;
    if (process->told && (process->caught & SIGNAL_BIT(signal)) != 0) {
        root_reply(root, call, EXCEPTION_UPCALL, NULL, 0);
        return;
    }
    if (message.info.kind == EXCEPTION_NO_MEMORY && memory_make(root, process)) {
        root_reply(root, call, EXCEPTION_RESUME, NULL, 0);
        return;
    }
    crash_report(process, tid, &message);
    process_end(root, process, STATUS_SIGNALED(signal, signal_default(signal) == ACTION_CORE));
    root_reply(root, call, EXCEPTION_KILL, NULL, 0);
}
