#!/usr/bin/env bash
# What a PC's kernel says when it is stopped where it must not be: the emulator's monitor presses the button that raises
# an interrupt that cannot be masked.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/../host/lib.sh"
BOARD=$TOP/hw/image/board

# interrupted SCRIPT PAUSE: runs it until it has said "started" and then nothing for so many seconds, then presses the
# button.
interrupted() {
    local line
    status=0
    rm -f "$work"/monitor.*
    mkfifo "$work/monitor.in" "$work/monitor.out" "$work/said"
    exec 7<>"$work/monitor.in" 8<>"$work/monitor.out" 9<>"$work/said"
    timeout -k 5 "$RUN_TIMEOUT_S" "$BOARD" "$board" run --qemu -monitor --qemu "pipe:$work/monitor" -- sh -c "$1" \
        </dev/null >"$work/said" 2>&1 &
    local pid=$!
    while read -r -t "$RUN_TIMEOUT_S" line <&9 && [[ $line != started* ]]; do :; done
    while read -r -t "$2" line <&9; do :; done
    echo nmi >&7
    wait "$pid" || status=$?
    out='' err=''
    while read -r -t 0.2 line <&9; do out+=$line$'\n'; done
    exec 7>&- 8>&- 9>&-
    rm -f "$work/said"
}

tells_all() {
    [[ $status == 125 && $out == *"baton: kernel panic: exception 2 in the kernel"* && $out =~ rip\ ffffffff80[0-9a-f]+ &&
        $out =~ r15\ [0-9a-f]{16} && $out =~ called\ from\ ffffffff80[0-9a-f]+ ]]
}

tells_of_program() {
    [[ $status == 125 && $out == *"baton: the hardware tells of a failure"* ]]
}

# What the machine is doing just then nobody knows, so the button may have to be pressed again, later, to meet what is
# wanted: a kernel that has just been entered has no callers to tell of.
meets() { # SCRIPT CONDITION
    local pause
    for pause in 0.1 0.3 1 2 4 8; do
        interrupted "$1" $pause
        "$2" && return 0
    done
    return 1
}

for board in ${BOARDS:-pc}; do
    case $board in
        pc | q35 | uefi)
            verdict "${board}_panic_prints_registers_and_a_backtrace" HW-7 meets 'echo started; sleep 100' tells_all
            verdict "${board}_failure_in_a_program_stops_the_machine" "" \
                meets 'echo started; while :; do :; done' tells_of_program
            ;;
        *) echo "SKIP ${board}_panic_prints_registers_and_a_backtrace: the board has no such button" ;;
    esac
done
finish
