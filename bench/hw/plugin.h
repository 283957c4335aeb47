/* The few functions of the emulator's plugin interface (version 1) that we use; no package brings its header. */
#ifndef BENCH_HW_PLUGIN_H
#define BENCH_HW_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLUGIN_VERSION 1
#define QEMU_PLUGIN_VISIBLE __attribute__((visibility("default")))
#define PLUGIN_CB_NO_REGISTERS 0

struct qemu_plugin_tb;
struct qemu_plugin_insn;

/* What the emulator looks for in a plugin. */
extern int qemu_plugin_version;
int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);

/* What it supplies. */
void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, void (*translated)(uint64_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *block, void (*run)(unsigned cpu, void *argument),
                                          int flags, void *argument);
void qemu_plugin_register_atexit_cb(uint64_t id, void (*end)(uint64_t, void *), void *argument);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *instruction);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *instruction);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *instruction);

#endif
