#!/usr/bin/env bash
# What a machine records, and what becomes of it.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/lib.sh"

trace() { # ARG...: `baton trace ARG...`, as run
    run_with /dev/null "$BATON" trace "$@"
}

has() { # TEXT...: in $out
    local text
    for text in "$@"; do
        grep -qF -- "$text" "$work/out" || return 1
    done
}

run --trace "$work/t" -- sh -c 'echo ok'
verdict a_trace_does_not_change_the_run "TOO-1" same "$status|$out|$err" "0|ok|"

trace "$work/t"
verdict threads_and_calls_are_told_by_name "TOO-1" has " sh/" " root/1 " "switch after" "call: message" "reply to" \
    "end by"
verdict nothing_was_lost "TOO-1" same "$status|$err" "0|"

trace --json "$work/t"
verdict json_has_tracks_and_flows "TOO-1" has '"traceEvents":[' '"ph":"X"' '"ph":"s"' '"ph":"f"' '"name":"thread_name"'

trace --svg --only sh "$work/t"
verdict a_picture_shows_the_thread "TOO-1" has "<svg " ">sh/" "</svg>"

trace "$0"
verdict a_file_that_is_no_trace_is_refused "TOO-1" same "$status|$out|$err" "1||baton: trace $0: is no trace"

run --trace /nowhere/t -- true
verdict a_trace_that_cannot_be_made_stops_the_start "TOO-1 SIM-1" \
    same "$status|$err" "125|baton: --trace /nowhere/t: No such file or directory"
finish
