#!/usr/bin/env bash
# A session at a terminal, in tmux.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/lib.sh"

readonly PROMPT_STEPS=2000 # of 50 ms: meets a hang only
socket=$work/tmux
tm() { tmux -S "$socket" -f /dev/null "$@"; }
cleanup() {
    tm kill-server 2>/dev/null
    rm -rf "$work"
}

screen() { tm capture-pane -p -J 2>/dev/null; }

# seen PATTERN: waits until a line of the screen matches, with a bound that only a hang meets.
seen() {
    local step
    for ((step = 0; step < PROMPT_STEPS; step++)); do
        if screen | grep -qE -- "$1"; then
            return 0
        fi
        sleep 0.05
    done
    return 1
}

keys() { tm send-keys "$@"; }
# type LINE: types it and Enter, on a cleared screen.
type() {
    keys -l "$1"
    keys Enter
}

# step NAME IDs PATTERN
step() {
    if seen "$3"; then
        # shellcheck disable=SC2086 # IDs are words
        pass "$1" $2
    else
        fail "$1" "no line matches '$3' on: $(screen | grep -v '^$' | tail -n 12)"
    fi
}

tm new-session -d -x 100 -y 30 "PS1='host> ' sh"
seen 'host>' || fail tmux_starts "no host prompt"
type "clear; '$BATON' run; echo status=\$?; stty -a | tr ';' '\n' | grep -w icanon"
step shell_prompts_on_a_terminal "SIM-1" '^[^>]*[#$] *$'
type 'echo this is $(uname -s)'
step shell_is_the_machines "SIM-1" '^this is Baton$'
[[ $failures == 0 ]] || finish # what follows would only try the host's shell
type 'echo al""pha'
step terminal_echoes_and_runs_a_line "SIM-1 PRC-9" '^alpha$'
keys -l 'echo abX'
keys BSpace
type 'c'
step backspace_edits_the_line "SIM-1" '^abc$'
type 'stty size'
step window_size_is_known "SIM-1" '^30 100$'
# A job says that it runs before a key is pressed: only then is it in the foreground.
type "sh -c 'echo fi""rst; exec sleep 1000'"
seen '^first$'
keys C-c
type 'echo after=$?'
step control_c_ends_the_foreground_job "PRC-9 SIM-11" '^after=130$'
type "sh -c 'echo sec""ond; read x; echo got \$x'"
seen '^second$'
keys C-z
step control_z_stops_the_foreground_job "PRC-9" 'Stopped'
type 'jobs > /tmp/jobs; wc -l < /tmp/jobs | tr 1 J'
step stopped_job_is_listed "PRC-9" '^J$'
type 'fg'
type 'a line'
step fg_continues_a_job "PRC-9" '^got a line$'
type 'sleep 1000 &'
type 'jobs'
step background_job_runs "PRC-9" 'Running.*sleep 1000'
type 'kill %1; wait; echo go""ne'
step background_job_can_be_killed "PRC-9" '^gone$'
type 'echo one | tr o 0 | cat'
step pipeline_runs_on_a_terminal "VFS-12" '^0ne$'
# The shell has left its line editor, which takes Ctrl-D as a key, once the line's first command runs.
type 'echo coo""ked; cat; echo e""of'
seen '^cooked$'
keys C-d
step control_d_ends_input "SIM-1" '^eof$'
type 'echo thi""rd; cat; echo af""ter'
seen '^third$'
type 'some line'
keys C-d
step control_d_ends_input_after_a_line "SIM-1" '^after$'
type 'cat & until jobs >/tmp/jobs && grep -q Stopped /tmp/jobs; do :; done; jobs'
step background_reader_is_stopped "PRC-9" 'Stopped.*cat'
type 'kill %1'

# Idle costs nothing: CPU ticks of the machine and all its children over two seconds.
pane_pid=$(tm display-message -p '#{pane_pid}')
tree_ticks() {
    local total=0 pid list=("$pane_pid") rest
    while [[ ${#list[@]} -gt 0 ]]; do
        pid=${list[0]}
        list=("${list[@]:1}")
        rest=$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null) || continue
        total=$((total + $(awk '{ print $12 + $13 }' <<<"$rest")))
        mapfile -t -O "${#list[@]}" list < <(cat /proc/"$pid"/task/*/children 2>/dev/null | tr ' ' '\n' | grep .)
    done
    echo "$total"
}
# What the last line set going comes first.
for ((step = 0; step < PROMPT_STEPS / 40; step++)); do
    before=$(tree_ticks)
    sleep 2
    after=$(tree_ticks)
    [[ $((after - before)) -gt 2 ]] || break
done
if [[ $((after - before)) -le 2 ]]; then
    pass idle_costs_no_cpu SIM-11
else
    fail idle_costs_no_cpu "$((after - before)) ticks in two seconds"
fi

type 'exit 4'
step exit_leaves_with_the_shells_status "SIM-1" '^status=4$'
step terminal_is_sane_afterwards "SIM-1 SIM-11" '[^-]icanon'
finish
