/* The fake kernel. What the root server defines itself is weak here: a test that links the real thing gets it. */
#include "fake_sys.h"
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/os.h>

static struct fake_sys fake;

struct fake_sys *fake_sys(void)
{
    return &fake;
}

static int object_new(enum object_type type)
{
    ck_assert_uint_lt(fake.object_count, FAKE_OBJECTS_MAX);
    struct fake_object *object = &fake.objects[fake.object_count];
    *object = (struct fake_object){.open = true, .type = type};
    return (int)fake.object_count++;
}

static struct fake_object *object_get(int handle)
{
    ck_assert_int_ge(handle, 0);
    ck_assert_uint_lt((uint32_t)handle, fake.object_count);
    ck_assert(fake.objects[handle].open);
    return &fake.objects[handle];
}

struct control *sys_control(void)
{
    return &fake.control;
}

int sys_handle_close(int table, int handle)
{
    if (table == SYS_SELF_TABLE) {
        object_get(handle)->open = false;
    }
    return 0;
}

int sys_handle_next(int table, int from, uint32_t flags)
{
    (void)table, (void)from, (void)flags;
    return -E_NOENT;
}

int sys_handle_duplicate(int from, int handle, int to, int at, uint32_t mode, uint32_t rights, uint32_t flags)
{
    (void)from, (void)mode, (void)flags;
    if (to == SYS_SELF_TABLE) {
        int copy = object_new(object_get(handle)->type);
        fake.objects[copy] = fake.objects[handle];
        fake.objects[copy].rights = rights;
        return copy;
    }
    return at;
}

int sys_table_create(int grant)
{
    (void)grant;
    return object_new(OBJECT_TABLE);
}

int sys_grant_create(int parent, uint64_t limit_pages)
{
    (void)parent, (void)limit_pages;
    return object_new(OBJECT_GRANT);
}

int sys_grant_info(int grant, struct grant_info *info)
{
    *info = (struct grant_info){1000, object_get(grant)->used_pages};
    return 0;
}

int sys_space_create(int grant)
{
    (void)grant;
    return object_new(OBJECT_SPACE);
}

int sys_space_query(int space, uint64_t address, struct region_info *info)
{
    (void)space;
    *info = address < 0x401000 ? (struct region_info){0x400000, 0x401000, 0, PROT_R | PROT_X, 0, 1}
                               : (struct region_info){.end = 0};
    return 0;
}

int sys_thread_create(int grant, int space, int table, int memory, uint64_t address, int exceptions)
{
    (void)grant, (void)space, (void)table, (void)memory, (void)address, (void)exceptions;
    if (fake.fail_thread_create != 0) {
        int error = fake.fail_thread_create;
        fake.fail_thread_create = 0;
        return error;
    }
    return object_new(OBJECT_THREAD);
}

int sys_thread_start(int thread, uint64_t pc, uint64_t sp, uint64_t argument)
{
    (void)pc, (void)sp, (void)argument;
    object_get(thread)->started = true;
    return 0;
}

int sys_thread_kill(int thread)
{
    object_get(thread)->killed = true;
    return 0;
}

int sys_thread_suspend(int thread)
{
    object_get(thread)->suspended = true;
    return 0;
}

int sys_thread_resume(int thread)
{
    object_get(thread)->suspended = false;
    return 0;
}

int sys_thread_interrupt(int thread)
{
    object_get(thread)->interrupts++;
    return 0;
}

int sys_thread_set(int thread, uint32_t attribute, uint64_t value)
{
    if (attribute == THREAD_IDENTITY) {
        object_get(thread)->identity = value;
    } else if (attribute == THREAD_PRIORITY) {
        object_get(thread)->priority = value;
    }
    return 0;
}

int sys_thread_info(int thread, struct thread_info *info)
{
    struct fake_object *object = object_get(thread);
    *info = (struct thread_info){
        .identity = object->identity,
        .cpu_ns = 1000,
        .state = object->killed ? THREAD_DEAD : THREAD_READY,
        .base_priority = (uint32_t)object->priority,
    };
    return 0;
}

int sys_connection_create(int grant, int channel, uint64_t cookie, uint32_t rights)
{
    (void)grant, (void)channel;
    int handle = object_new(OBJECT_CONNECTION);
    fake.objects[handle].cookie = cookie;
    fake.objects[handle].rights = rights;
    return handle;
}

int64_t sys_reply(uint64_t message_id, int64_t status, const struct part *parts, uint32_t count)
{
    ck_assert_uint_lt(fake.reply_count, FAKE_REPLIES_MAX);
    struct fake_reply *reply = &fake.replies[fake.reply_count++];
    *reply = (struct fake_reply){.message_id = message_id, .status = status};
    reply->transfer_count = fake.control.transfer_count;
    if (count > 0) {
        reply->data_bytes = parts[0].length_bytes < sizeof reply->data ? parts[0].length_bytes : sizeof reply->data;
        memcpy(reply->data, (const void *)(uintptr_t)parts[0].base, reply->data_bytes);
    }
    return 0;
}

int sys_receive(int channel, const struct part *parts, uint32_t count, uint64_t deadline_ns)
{
    (void)channel, (void)deadline_ns;
    ck_assert_uint_eq(count, 1);
    uint64_t room = parts[0].length_bytes;
    fake.control.info.send_bytes = fake.message_bytes;
    fake.control.info.received_bytes = fake.message_bytes < room ? fake.message_bytes : room;
    memcpy((void *)(uintptr_t)parts[0].base, fake.message, fake.control.info.received_bytes);
    return 0;
}

int sys_reply_receive(uint64_t message_id, int64_t status, const struct part *reply, uint32_t reply_count,
                      const struct part *receive, uint32_t receive_count, int channel)
{
    sys_reply(message_id, status, reply, reply_count);
    return sys_receive(channel, receive, receive_count, DEADLINE_NONE);
}

int64_t sys_clock_read(void)
{
    return (int64_t)fake.now_ns;
}

int sys_timer_set(int timer, uint64_t deadline_ns, uint64_t period_ns)
{
    (void)timer, (void)period_ns;
    fake.timer_ns = deadline_ns;
    return 0;
}

/* Stays out of the way: the test looks at `stopped`. */
void sys_machine_stop(int status)
{
    fake.stopped = true;
    fake.stop_status = status;
    exit(status);
}

int sys_log(const char *bytes, uint64_t length_bytes)
{
    uint64_t room = sizeof fake.log - 1 - fake.log_bytes;
    uint64_t length = length_bytes < room ? length_bytes : room;
    memcpy(fake.log + fake.log_bytes, bytes, length);
    fake.log_bytes += length;
    return (int)length_bytes;
}

int sys_kernel_info(struct kernel_info *info)
{
    *info = (struct kernel_info){.total_pages = 1024, .free_pages = 512, .realtime_offset_ns = 1000000000};
    return 0;
}

int os_format(char *buffer, uint64_t length_bytes, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(buffer, length_bytes, format, arguments);
    va_end(arguments);
    return (uint64_t)length < length_bytes ? length : (int)length_bytes - 1;
}

void os_log(const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    sys_log(line, (uint64_t)length);
}

#define WEAK __attribute__((weak))

WEAK _Noreturn void root_panic(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s at %s:%d\n", condition, file, line);
    abort();
}

WEAK uint64_t root_now_ns(void)
{
    return fake.now_ns;
}

WEAK void vfs_process_inherit(struct root *root, struct process *child, const struct process *parent)
{
    (void)root, (void)child, (void)parent;
}

WEAK void vfs_process_exit(struct root *root, struct process *process)
{
    (void)root, (void)process;
}

static struct process *process_running(struct root *root, struct process *parent)
{
    struct process *process = NULL;
    int handle = -1;
    ck_assert_int_eq(process_create(root, parent, false, &process, &handle), 0);
    struct task_start start = {.priority = 10};
    ck_assert_int_eq(process_start(root, process, &start), 0);
    return process;
}

struct root *fake_root(void)
{
    memset(&fake, 0, sizeof fake);
    struct root *root = calloc(1, sizeof *root);
    ck_assert_ptr_nonnull(root);
    fake.now_ns = 5000000000;
    fake.root = root;
    object_new(OBJECT_GRANT);
    process_running(root, NULL);
    return root;
}

struct process *fake_process(struct root *root, struct process *parent)
{
    return process_running(root, parent);
}

uint64_t fake_request(struct root *root, struct process *to, struct process *from, const struct root_request *request)
{
    static uint64_t ids;
    struct root_call *call = root->calls;
    while (call->state != CALL_FREE) {
        call++;
    }
    memset(call, 0, sizeof *call);
    call->state = CALL_SERVED;
    call->message_id = ++ids;
    call->info.kind = RECEIVED_MESSAGE;
    call->info.message_id = call->message_id;
    call->info.cookie = process_cookie(to);
    call->info.identity = (uint64_t)from->pid << 32 | from->pid;
    call->path = call->data = "";
    call->process = to;
    to->calls++;
    call->message.request = *request;
    uint64_t id = call->message_id;
    serve_process(root, call);
    return id;
}

uint64_t fake_ask(struct root *root, struct process *from, uint32_t operation, uint64_t a, uint64_t b, uint64_t c)
{
    struct root_request request = {.operation = operation, .argument = {a, b, c}};
    if (operation == ROOT_WAIT) {
        request.flags = (uint32_t)b;
    }
    return fake_request(root, from, from, &request);
}

struct fake_reply *fake_reply(uint64_t message_id)
{
    root_flush(fake.root);
    for (uint32_t i = 0; i < fake.reply_count; i++) {
        if (fake.replies[i].message_id == message_id) {
            return &fake.replies[i];
        }
    }
    return NULL;
}

int64_t fake_status(struct root *root, struct process *from, uint32_t operation, uint64_t a, uint64_t b, uint64_t c)
{
    struct fake_reply *reply = fake_reply(fake_ask(root, from, operation, a, b, c));
    ck_assert_ptr_nonnull(reply);
    return reply->status;
}

struct fake_object *fake_thread(const struct process *process)
{
    return object_get(process->tasks->handle);
}
