#!/usr/bin/env bash
# What wants a large machine.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/lib.sh"

run --ram 3G --add "$BUILD/tests/system/gibibyte:/test/gibibyte" -- /test/gibibyte
forked() { [[ $status == 0 && $out == "PASS fork_of_a_gibibyte"* && -z $err ]]; }
verdict a_gibibyte_is_forked_without_a_copy MEM-3 forked
finish
