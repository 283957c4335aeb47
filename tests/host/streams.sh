#!/usr/bin/env bash
# Standard input, output and error of a machine started for one program.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/lib.sh"

echo hi >"$work/in"
run_with "$work/in" "$DEV" run -- cat
verdict input_is_passed_through "SIM-1" same "$status|$out|$err" "0|hi|"

printf 'no newline' >"$work/in"
run_with "$work/in" "$BATON" run -- cat
verdict input_without_newline_is_passed_through "SIM-1" same "$status|$out|$err" "0|no newline|"

head -c 10000000 /dev/urandom >"$work/in"
run_with "$work/in" "$BATON" run -- cat
out=
ten_megabytes() { [[ $status == 0 && -z $err ]] && cmp -s "$work/in" "$work/out"; }
verdict ten_megabytes_arrive_unchanged "SIM-1 SIM-9" ten_megabytes

run_with "$work/in" "$BATON" run -- sh -c 'cat | cat | md5sum'
verdict ten_megabytes_through_pipes_arrive_unchanged "VFS-12" same "${out%% *}" "$(md5sum <"$work/in" | cut -d' ' -f1)"

run -- sh -c 'echo to out; echo to err >&2'
verdict output_and_error_stay_apart "SIM-1" same "$out|$err" "to out|to err"

run -v -- echo one
verdict verbose_leaves_output_alone "SIM-1" same "$out" one

run_with /dev/null sh -c '"$1" run -- yes | head -n 3' sh "$BATON"
verdict reader_that_leaves_ends_the_program "VFS-12" same "$out" $'y\ny\ny'
finish
