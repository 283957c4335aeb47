#!/usr/bin/env bash
# Mistakes on the command lines of the tools: one line that says what, and exit status 2.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/lib.sh"

tool() { run_with /dev/null "$@"; }

EXPLORE=$BUILD/tests/explore
for number in abc -1 '' 5x 99999999999999999999; do
    tool "$EXPLORE" --seed "$number"
    verdict "exploration_names_a_seed_that_is_no_number_'$number'" "FUZ-3" refused 2 "--seed $number"
done
tool "$EXPLORE" --steps 0
verdict exploration_wants_steps "FUZ-3" refused 2 "--steps 0"
tool "$EXPLORE" --strategy luck
verdict exploration_names_an_unknown_strategy "FUZ-3" refused 2 "--strategy luck" uniform pct
tool "$EXPLORE" --frob
verdict exploration_names_an_unknown_option "FUZ-3" refused 2 --frob
tool "$EXPLORE" --seed
verdict exploration_names_an_option_without_value "FUZ-3" refused 2 --seed value
tool "$EXPLORE" --exhaustive --seed 4
verdict exploration_names_an_option_of_another_kind "FUZ-3" refused 2 --seed --exhaustive
tool "$EXPLORE" --depth 4
verdict exploration_names_an_option_without_its_kind "FUZ-3" refused 2 --depth --exhaustive
tool "$EXPLORE" --exhaustive --world nowhere
verdict exploration_names_an_unknown_world "FUZ-3" refused 2 "--world nowhere"
tool "$EXPLORE" --exhaustive --path 1.2
verdict exploration_wants_the_world_of_a_path "FUZ-3" refused 2 --path --world
tool "$TOP/bench/run" --json "$work/nothing/figures.json"
json_refused() { [[ $status != 0 && -z $out && $(wc -l <"$work/err") == 1 && $err == *nothing/figures.json* ]]; }
verdict bench_refuses_a_file_that_cannot_be_written_at_once "TOO-5" json_refused
tool "$TOP/bench/run" --frob
verdict bench_names_an_unknown_option "TOO-5" refused 2 --frob
tool "$TOP/tests/run" --frob
verdict tests_name_an_unknown_option "" refused 2 --frob
finish
