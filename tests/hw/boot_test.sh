#!/usr/bin/env bash
# How bare machines start, or say in one line why not.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/../host/lib.sh"
BOARD=$TOP/hw/image/board

boot() { # BOARD ARG...
    run_with /dev/null "$BOARD" "$1" run "${@:2}"
}

# One line that has TEXT, and the status of a machine that could not start.
refused() { # TEXT
    [[ $status == 125 && $(grep -c . "$work/out") == 1 && $out == "baton: "*"$1"* && -z $err ]]
}

# The line of a machine whose root server has died.
deserted() {
    [[ $status == 125 && $out == "failure: the root server has died"* && $(grep -c . "$work/out") == 1 && -z $err ]]
}

damage() { # FILE OFFSET BYTES...: overwrites bytes from the archive's start on
    local at
    at=$(grep -abo BATONR1 "$1" | awk -F : '$1 % 4096 == 0 { print $1; exit }')
    # shellcheck disable=SC2059 # the bytes are escapes
    printf "$3" | dd of="$1" bs=1 seek=$((at + $2)) conv=notrunc status=none
}

# Fields of the archive's header by offset: size 8, number of entries 16, entries' offset 20, strings' offset 24.
damaged_archive() { # BOARD NAME OFFSET BYTES TEXT
    cp "$work/image" "$work/damaged"
    damage "$work/damaged" "$3" "$4"
    boot "$1" --image "$work/damaged"
    verdict "$1_tells_of_an_archive_with_$2" HW-6 refused "$5"
}

starts() { # BOARD MEMORY
    boot "$1" -m "$2" -- sh -c 'echo started; exit 3'
    verdict "$1_starts_with_$2" "$3" same "$status|${out%$'\r'}|$err" "3|started|"
}

for board in ${BOARDS:-virt pc}; do
    case $board in
        virt) starts raspi3b 1G "HW-1 HW-6" ;;
        pc) starts q35 256M "HW-2 HW-6" && starts uefi 256M "HW-2 HW-6" ;;
        *) starts "$board" 1G HW-6 ;;
    esac
    [[ $board == virt || $board == pc ]] || continue
    for memory in 64M 128M 1G 4G; do
        starts "$board" $memory HW-6
    done
    boot "$board" -m 8M -- true
    verdict "${board}_tells_of_too_little_memory" HW-6 refused "too little memory"

    "$BOARD" "$board" image -o "$work/image" -- true >/dev/null
    damaged_archive "$board" no_magic_number 0 'X' "boot archive"
    damaged_archive "$board" a_size_beyond_memory 12 '\001' "boot archive"
    damaged_archive "$board" too_many_entries 16 '\377\377\377\177' "boot archive"
    damaged_archive "$board" strings_outside 27 '\177' "boot archive"

    boot "$board" --add "$BOARD:/sbin/root" -- true
    verdict "${board}_tells_of_a_root_server_that_is_no_program" HW-6 refused "not for this machine"

    build=$TOP/build
    [[ $board != virt ]] || build=$TOP/build-aarch64
    boot "$board" --add "$build/tests/bare/deserter:/sbin/root" -- true
    verdict "${board}_stops_when_the_root_server_dies_before_other_programs" "" deserted
done

if [[ " ${BOARDS:-virt pc} " == *" pc "* ]]; then
    boot uefi -- sh -c 'echo started; exit 3'
    verdict uefi_starts HW-2 same "$status|${out%$'\r'}|$err" "3|started|"
    boot pc --qemu -cpu --qemu qemu64 -- true
    verdict pc_tells_of_a_cpu_that_is_too_old HW-6 refused "too old"
    boot pc --qemu -cpu --qemu max,pdpe1gb=off,smap=off,smep=off -m 5G -- sh -c 'echo started; exit 3'
    verdict pc_starts_on_a_cpu_without_large_pages_and_guards HW-2 same "$status|${out%$'\r'}|$err" "3|started|"
    boot pc --add "$TOP/build/tests/foreign/crash:/sbin/root" -- true
    verdict pc_tells_of_a_root_server_that_dies_at_once HW-6 deserted
fi

if [[ " ${BOARDS:-virt pc} " == *" virt "* ]]; then
    boot raspi3b --no-device-tree -- true
    verdict raspi3b_tells_of_a_missing_device_tree HW-6 refused "device tree"
fi
finish
