#!/usr/bin/env bash
# The kernel decides the same in linked mode and on a bare machine: the traces of one test, which is the first program on
# both, under virtual time on both, are the same sequence of decisions. Left out: times, page faults that the kernel
# serves (linked mode has none), where a copy made room for an interrupt, and what follows the end of the test.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/../host/lib.sh"

decisions() { # TRACE-FILE
    "$BATON" trace "$1" | sed -E 's/^ *[0-9.]+ //' |
        grep -vE ' fault: (read|write|execute) at | preempt$|idle +switch after thread/1$'
}

compare() { # BOARD BUILD TEST
    status=0 out='' err=''
    printf 'file boot/libsys 0555 %s\nfile sbin/root 0555 %s\n' "$2/libsys.bin" "$2/tests/bare/$3" >"$work/list"
    rm -f "$work/bare" "$work/linked"
    timeout -k 5 "$RUN_TIMEOUT_S" "$TOP/hw/image/board" "$1" run --icount --seed same --list "$work/list" \
        --trace "$work/bare" </dev/null >"$work/out" 2>"$work/err" || status=$?
    BATON_TRACE=$work/linked "$BUILD/tests/system_linked" "$3" >/dev/null || status=$?
    decisions "$work/bare" >"$work/bare.text"
    decisions "$work/linked" >"$work/linked.text"
    out=$(diff "$work/bare.text" "$work/linked.text" | head -n 6)
    [[ $status == 0 && -z $out && $(wc -l <"$work/bare.text") -gt 50 ]]
}

for board in ${BOARDS:-virt pc}; do
    build=$BUILD
    [[ $board != uefi ]] || continue # pc's kernel after a firmware that takes minutes of virtual time
    [[ $board == pc || $board == q35 || $board == uefi ]] || build=$TOP/build-aarch64
    for name in message message_words pulse unblock unanswered; do
        verdict "${board}_decides_as_linked_mode_in_$name" "HW-4 HW-5 TOO-1" compare "$board" "$build" "$name"
    done
done
finish
