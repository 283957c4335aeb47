#!/usr/bin/env bash
# How bytes get from program to program: by the kernel's own view of all memory, and not by the host.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/lib.sh"

# Watches the kernel's thread, which is the machine's first, while 64 MiB go each way between two programs. Of the calls
# by which the host copies between processes it makes none, and it opens no process's memory.
copies_itself() {
    [[ $status == 0 && $out == "PASS sixty_four_mebibytes"* && -s $work/calls ]] &&
        grep -q 'memfd_create("baton-memory"' "$work/calls" &&
        ! grep -qE 'process_vm_(read|write)v|PTRACE_(PEEK|POKE)(TEXT|DATA)|/proc/[0-9a-z]+/mem"|vmsplice|splice' "$work/calls"
}

run_with /dev/null strace -o "$work/calls" \
    -e trace=memfd_create,process_vm_readv,process_vm_writev,ptrace,open,openat,splice,vmsplice \
    "$BATON" run --add "$BUILD/tests/system/process:/test/process" -- /test/process sixty_four_mebibytes
verdict messages_are_copied_in_the_kernels_own_view_of_memory SIM-4 copies_itself
finish
