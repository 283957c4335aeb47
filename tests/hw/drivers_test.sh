#!/usr/bin/env bash
# Drivers on bare machines are programs: bytes pass unchanged, and one that is killed takes nothing with it.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/../host/lib.sh"
BOARD=$TOP/hw/image/board

boot() { # INPUT BOARD ARG...
    run_with "$1" "$BOARD" "$2" run "${@:3}"
}

# In the machine: the process IDs of a program, and one kill of each program named, followed by its return.
# shellcheck disable=SC2016 # the machine's shell expands it
readonly KILLS='pid() { ps -o pid,comm | awk -v name=$1 "\$2 == name { print \$1 }"; }
strike() { for name; do old=$(pid $name); kill -9 $old; until [ -n "$(pid $name)" ] && [ "$(pid $name)" != $old ]; do :; done; done; }
'

numbers() { # LAST
    cmp -s <(seq 1 "$1") "$work/out" && [[ $status == 0 ]]
}

mkfifo "$work/fifo"
for board in ${BOARDS:-virt pc}; do
    boot /dev/null "$board" -- sh -c 'echo out; echo err >&2; echo out again; exit 7'
    verdict "${board}_streams_keep_their_order" "HW-5" same "$status|$out" $'7|out\nerr\nout again'

    boot /dev/null "$board" -- sh -c 'ps -o user,comm | grep serial'
    verdict "${board}_driver_is_nobody" "SRV-1" same "$status|${out//  */ }" "0|nobody "

    head -c 20000 /dev/urandom >"$work/in"
    boot "$work/in" "$board" -- cat
    out=
    unchanged() { [[ $status == 0 ]] && cmp -s "$work/in" "$work/out"; }
    verdict "${board}_every_byte_arrives_both_ways" "HW-5" unchanged

    boot /dev/null "$board" -- sh -c "$KILLS"'seq 1 6000 & for i in 1 2 3 4; do strike serial; done; wait'
    out=${out:(-200)}
    verdict "${board}_output_goes_on_when_the_serial_driver_dies" "SRV-1 SRV-7" numbers 6000

    # A killed driver may lose a byte that it just took from the UART, so the line is silent meanwhile.
    : >"$work/out"
    { until grep -q go "$work/out"; do sleep 0.05; done && cat "$work/in"; } >"$work/fifo" &
    boot "$work/fifo" "$board" -- sh -c "$KILLS"'strike serial serial; echo go; md5sum; exit 3'
    kill $! 2>/dev/null
    wait
    verdict "${board}_input_goes_on_when_the_serial_driver_dies" "SRV-1 SRV-7" \
        same "$status|${out%% *}" $'3|go\n'"$(md5sum <"$work/in" | cut -d' ' -f1)"
done

for version in true false; do
    [[ " ${BOARDS:-virt pc} " == *" virt "* ]] || continue
    boot /dev/null virt --qemu -global --qemu virtio-mmio.force-legacy=$version -- sh -c "$KILLS"'[ -n "$(pid entropy)" ] && strike entropy dev && head -c 9 /dev/random | wc -c && echo alive'
    verdict "virt_entropy_driver_comes_back_legacy_$version" "SRV-1 SRV-2 SRV-7" same "$status|$out" $'0|9\nalive'

    # The same image and the same clock: only the device can tell two boots apart.
    sums=()
    for device in none none virtio virtio; do
        adds=(--qemu -rtc --qemu "base=2030-01-01,clock=vm")
        [[ $device == none ]] || adds+=(--qemu -device --qemu virtio-rng-device)
        boot /dev/null virt --seed same --icount --qemu -global --qemu virtio-mmio.force-legacy=$version "${adds[@]}" \
            -- sh -c 'head -c 16 /dev/random | md5sum'
        sums+=("$status $out")
    done
    fed() { [[ ${sums[0]} == "${sums[1]}" && ${sums[2]} == "0 "* && ${sums[2]} != "${sums[3]}" ]]; }
    verdict "virt_entropy_reaches_dev_random_legacy_$version" "SRV-2" fed
done

# Consoles that are not the first serial line, on which the kernel tells how it ended: images, and the emulator by hand.
# other_console BOARD KIND EMULATOR...: runs "$script" there, with a line to read.
other_console() {
    "$BOARD" "$1" image --console "$2" -o "$work/image" -- sh -c "$script" >"$work/log" 2>&1
    echo a line >"$work/in"
    run_with "$work/in" "$3" -serial "file:$work/serial" -chardev stdio,id=console,signal=off -display none \
        -monitor none -no-reboot -nic none -kernel "$work/image" "${@:4}"
    status=$(tr -d '\r' <"$work/serial")
}

script="$KILLS"'strike virtio_console; read x; seq 1 3000 & strike virtio_console virtio_console; wait; echo got $x; exit 3'
for version in true false; do
    [[ " ${BOARDS:-virt pc} " == *" virt "* ]] || continue
    other_console virt virtio qemu-system-aarch64 -M virt,gic-version=2 -cpu cortex-a53 -m 256M \
        -global virtio-mmio.force-legacy=$version -device virtio-serial-device -device virtconsole,chardev=console
    virtio_serves() { [[ $status == "baton: stopped: 3" && $out == "$(seq 1 3000)"$'\n'"got a line" ]]; }
    verdict "virt_virtio_console_serves_and_comes_back_legacy_$version" "SRV-1 SRV-2 SRV-7" virtio_serves
done

script='read x; echo got $x; seq 1 500; exit 3'
if [[ " ${BOARDS:-virt pc} " == *" raspi3b "* ]]; then
    other_console raspi3b bcm2835 qemu-system-aarch64 -M raspi3b -dtb "$TOP/build-aarch64/hw/raspi3b.dtb" -m 1G \
        -serial chardev:console
    mini_serves() { [[ $status == "baton: stopped: 3" && $out == "got a line"$'\n'"$(seq 1 500)" ]]; }
    verdict raspi3b_mini_uart_serves "SRV-1 HW-1" mini_serves
fi
finish
