/* The functions that native programs reach in the image, one list: the image's table (table.S) and the programs' thunks
 * (native/thunks.S) are made from it. Order is ABI: append only. Read by the assembler too. */
#ifndef LIBSYS_TABLE_H
#define LIBSYS_TABLE_H

/* clang-format off */
#define LIBSYS_FUNCTIONS(F) \
    F(sys_control) F(sys_handle_close) F(sys_handle_duplicate) F(sys_handle_flags) F(sys_handle_info) \
    F(sys_handle_next) F(sys_table_create) F(sys_table_copy) F(sys_grant_create) F(sys_grant_info) \
    F(sys_memory_create) F(sys_memory_clone) F(sys_memory_device) F(sys_memory_info) \
    F(sys_space_create) F(sys_space_map) F(sys_space_unmap) F(sys_space_protect) F(sys_space_clone) \
    F(sys_space_query) F(sys_space_read) F(sys_space_write) F(sys_thread_create) F(sys_thread_start) \
    F(sys_thread_kill) F(sys_thread_suspend) F(sys_thread_resume) F(sys_thread_interrupt) \
    F(sys_thread_set) F(sys_thread_info) F(sys_thread_exit) F(sys_thread_yield) F(sys_thread_sleep) \
    F(sys_thread_continue) F(sys_thread_registers) F(sys_channel_create) F(sys_connection_create) \
    F(sys_call) F(sys_receive) F(sys_reply) F(sys_reply_receive) F(sys_message_read) \
    F(sys_message_write) F(sys_pulse) F(sys_connection_info) F(sys_notification_create) \
    F(sys_notification_signal) F(sys_notification_wait) F(sys_address_wait) F(sys_address_wake) \
    F(sys_clock_read) F(sys_timer_create) F(sys_timer_set) F(sys_interrupt_create) F(sys_interrupt_ack) \
    F(sys_machine_stop) F(sys_log) F(sys_kernel_info) F(os_open) F(os_close) F(os_read) F(os_write) \
    F(os_pread) F(os_pwrite) F(os_readv) F(os_writev) F(os_seek) F(os_fstat) F(os_truncate_fd) \
    F(os_sync) F(os_control) F(os_flags) F(os_duplicate) F(os_pipe) F(os_directory_read) F(os_poll) \
    F(os_stat) F(os_access) F(os_mkdir) F(os_unlink) F(os_rename) F(os_link) F(os_symlink) \
    F(os_readlink) F(os_setattr) F(os_statfs) F(os_chdir) F(os_getcwd) F(os_umask) F(os_mknod) \
    F(os_mount) F(os_unmount) F(os_fork) F(os_exec) F(os_spawn) F(os_spawn_memory) F(os_fill_memory) \
    F(os_wait) F(os_exit) F(os_kill) F(os_ids) F(os_setpgid) F(os_getpgid) F(os_setsid) F(os_shutdown) \
    F(os_thread_create) F(os_thread_exit) F(os_memory_map) F(os_memory_unmap) F(os_format) F(os_print) \
    F(os_log) F(sys_notification_bind) F(os_poll_ask) F(sys_call_short) F(sys_reply_short) \
    F(sys_scheduling_create) F(sys_scheduling_set) F(sys_scheduling_bind) F(sys_scheduling_unbind) \
    F(sys_memory_paged) F(sys_memory_supply) F(sys_grant_revoke) F(sys_reply_receive_short) \
    F(sys_memory_physical)
/* clang-format on */

#endif
