#!/usr/bin/env bash
# What a machine that has fallen silent tells of its threads (tests/support/board/threads.c), and that it goes on then.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/../host/lib.sh"
BOARD=$TOP/hw/image/board
readonly ASKED_MAX=60

# asked BOARD KERNEL: a machine that says "started" and then reads; asks it until nothing runs, then lets it end.
asked() {
    local line tries=0
    status=0 out='' err=''
    rm -f "$work/monitor" "$work/in" "$work/said"
    mkfifo "$work/in" "$work/said"
    exec 7<>"$work/in" 9<>"$work/said"
    timeout -k 5 "$RUN_TIMEOUT_S" "$BOARD" "$1" run --monitor "$work/monitor" -- \
        sh -c 'sleep 100000 & echo started; read line; kill $!; echo "ended $line"; exit 3' <&7 >&9 2>&1 &
    local pid=$!
    while read -r -t "$RUN_TIMEOUT_S" line <&9 && [[ $line != started* ]]; do :; done
    while ((tries++ < ASKED_MAX)); do
        out=$(timeout -k 5 "$RUN_TIMEOUT_S" "$BUILD/tests/board_threads" "$2" "$work/monitor" 2>&1)
        ! waits || break
        read -r -t 1 line <&9
    done
    echo well >&7
    wait "$pid" || status=$?
    while read -r -t 1 line <&9; do out+=$'\n'$line; done
    exec 7>&- 9>&-
    waits && [[ $status == 3 && $out == *$'\n'"ended well"* ]]
}

# The root server is the first thread; one sleeps; none runs.
waits() {
    [[ $out == "machine: "*" thread -1 runs"*$'\n'"thread 0 of 0: receive, priority 200, RECEIVE("*$'\n'*": sleep, "* &&
        $out != *": ready"* && $out =~ (PC|RIP)=ffffffff80[0-9a-f]+ ]]
}

# spinning BOARD KERNEL: the same of one whose program uses the CPU all the time.
spinning() {
    local line tries=0
    status=0 out='' err=''
    rm -f "$work/monitor" "$work/said"
    mkfifo "$work/said"
    exec 9<>"$work/said"
    timeout -k 5 "$RUN_TIMEOUT_S" "$BOARD" "$1" run --monitor "$work/monitor" -- \
        sh -c 'echo started; while :; do :; done' </dev/null >&9 2>&1 &
    local pid=$!
    while read -r -t "$RUN_TIMEOUT_S" line <&9 && [[ $line != started* ]]; do :; done
    while ((tries++ < 5)) && [[ $status == 0 ]]; do
        out=$(timeout -k 5 "$RUN_TIMEOUT_S" "$BUILD/tests/board_threads" "$2" "$work/monitor" 2>&1) || status=$?
    done
    kill "$pid"
    wait "$pid"
    exec 9>&-
    [[ $status == 0 && $out == "machine: "*": running"* ]]
}

for board in ${BOARDS:-virt pc}; do
    case $board in
        virt | raspi3b) kernel=$TOP/build-aarch64/hw/kernel-$board.elf ;;
        *) kernel=$BUILD/hw/kernel-pc.elf ;;
    esac
    verdict "${board}_silent_machine_tells_what_its_threads_wait_for" "" asked "$board" "$kernel"
    verdict "${board}_spinning_machine_tells_who_runs" "" spinning "$board" "$kernel"
done
finish
