#!/usr/bin/env bash
# What wants a large machine.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/../host/lib.sh"
BOARD=$TOP/hw/image/board

forked() { [[ $status == 0 && $out == "PASS fork_of_a_gibibyte"* && -z $err ]]; }

for board in ${BOARDS:-virt pc}; do
    build=$BUILD
    [[ $board != virt && $board != raspi* ]] || build=$TOP/build-aarch64
    [[ $board == virt || $board == pc ]] || continue
    run_with /dev/null "$BOARD" "$board" run -m 4G --add "$build/tests/system/gibibyte:/test/gibibyte" -- /test/gibibyte
    verdict "${board}_forks_a_gibibyte_without_a_copy" "MEM-3 HW-5" forked
done
finish
