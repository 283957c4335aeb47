#!/usr/bin/env bash
# How a machine started for one program ends.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/lib.sh"

run -- true
verdict success_exits_0 "SIM-1" same "$status|$out|$err" "0||"

run -- sh -c 'exit 7'
verdict exit_status_is_passed_through "SIM-1 PRC-7" same "$status|$out|$err" "7||"

run -- sh -c 'kill -9 $$'
verdict killed_program_exits_128_plus_signal "SIM-1 PRC-7" same "$status" 137

run -- /no/such/program
missing() { [[ $status == 127 && -z $out && $(wc -l <"$work/err") == 1 && $err == */no/such/program* ]]; }
verdict missing_program_exits_127_with_one_line "SIM-1" missing

run --add "$BUILD/tests/foreign/crash:/bin/crash" -- /bin/crash
crashed() { [[ $status == 139 && -z $out && $err == *rip* && $err == *123450* ]]; }
verdict crash_prints_registers_and_address_and_exits_139 "PRC-11 MEM-2" crashed

run -- sh -c 'poweroff; sleep 1000'
verdict poweroff_stops_the_machine "SIM-1" same "$status" 0

run --add "$BUILD/tests/bare/deserter:/sbin/root" -- true
verdict a_machine_whose_root_server_dies_says_so_and_exits_125 "" same "$status|$out|$err" \
    "125||failure: the root server has died, and the machine with it"
run -v --add "$BUILD/tests/bare/deserter:/sbin/root" -- true
verdict a_thread_that_nobody_watches_dies_with_its_cause_in_the_log "MEM-2" grep -q \
    '^died: thread/1, which has no exception channel: memory fault at 0x123000$' "$work/err"
finish
