#!/usr/bin/env bash
# No entry into the kernel on behalf of messages, memory, time and interrupts works for longer than its limit before it
# looks for interrupts again: counted in instructions while programs that exchange messages of all shapes run. The counts
# of all entries under all tests stand in docs/performance.md.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/../host/lib.sh"
RUN_TIMEOUT_S=900 # meets a hang only
# The longest copy pages that were shared, and end the spaces of programs.
declare -A limits=([call]=30000 [receive]=30000 [reply]=50000 [reply_receive]=50000 [message_read]=30000
    [message_write]=30000 [handle_close]=40000 [space_map]=20000 [space_unmap]=20000 [space_clone]=30000
    [call_short]=20000 [reply_short]=20000 [reply_receive_short]=20000 [pulse]=20000
    [notification_signal]=40000 [notification_wait]=40000 [address_wait]=40000 [address_wake]=40000
    [thread_yield]=10000 [clock_read]=10000 [timer_set]=10000 [kernel_syscall]=20000 [kernel_timer]=20000
    [kernel_interrupt]=20000)

for board in ${BOARDS:-virt pc}; do
    build=$BUILD kernel=$board
    case $board in
        pc | q35) kernel=pc ;;
        virt) build=$TOP/build-aarch64 ;;
        *) continue ;;
    esac
    kernel=$build/hw/kernel-$kernel.elf
    adds=() status=0 err=''
    for name in message message_words pulse wait_any; do adds+=(--add "$build/tests/system/$name:/test/$name"); done
    timeout -k 5 "$RUN_TIMEOUT_S" "$TOP/hw/image/board" "$board" run --icount --seed same "${adds[@]}" --add \
        "$TOP/tests/hw/guest.sh:/test/guest.sh" --qemu -plugin \
        --qemu "$BUILD/sections.so,elf=$kernel,elf=$build/libsys.elf,out=$work/counts" \
        -- sh /test/guest.sh message message_words pulse wait_any </dev/null >"$work/out" 2>"$work/err" || status=$?
    out=$(awk '$1 == "section" { sub(/^syscall_/, "", $2); print $2, $3, $4 }' "$work/counts")
    over=
    while read -r kind longest _; do
        [[ -z ${limits[$kind]-} || $longest -le ${limits[$kind]} ]] || over+="$kind $longest; "
    done <<<"$out"
    seen() { [[ $status == 0 && -z $over && $out == *"call "* && $out == *"kernel_timer "* ]]; }
    verdict "${board}_sections_without_a_preemption_point_stay_within_their_limits" SCH-6 seen
    [[ -z $over ]] || echo "over the limit: $over"
done
[[ -n ${out-} ]] || echo "SKIP sections: none of the boards ${BOARDS-} is counted"
finish
