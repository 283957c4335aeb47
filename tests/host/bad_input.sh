#!/usr/bin/env bash
# Mistakes of the user: one line that says what and what to do, and exit status 125.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/lib.sh"

run --add "$work/nothing:/bin/nothing" -- true
verdict missing_added_file_is_named "SIM-9" refused 125 --add "$work/nothing"

run --add "$work" -- true
verdict added_file_without_place_is_explained "SIM-9" refused 125 --add

run --ram 1M -- true
verdict too_little_ram_is_explained "SIM-1" refused 125 --ram

run --ram lots -- true
verdict unreadable_ram_size_is_named "SIM-1" refused 125 --ram lots

run --no-such-option -- true
verdict unknown_option_is_named "SIM-1" refused 125 --no-such-option

{ printf noise; head -c 5000 /dev/urandom; } >"$work/noise" # never a script
{ head -c 64 "$(command -v busybox)"; head -c 5000 /dev/urandom; } >"$work/halfelf"
chmod +x "$work/noise" "$work/halfelf"
for kind in noise halfelf; do
    run --add "$work/$kind:/bin/$kind" -- "/bin/$kind"
    not_run() { [[ $status -ge 125 && -z $out && $(wc -l <"$work/err") == 1 && $err == *"/bin/$kind"* ]]; }
    verdict "corrupt_program_${kind}_is_refused" "PRC-5" not_run
done
finish
