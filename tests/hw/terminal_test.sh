#!/usr/bin/env bash
# A session on a board's serial line, in tmux: the keys go to the machine, and the terminal is as before in the end.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/../host/lib.sh"

readonly STEPS=2000 # of 50 ms: meets a hang only
socket=
tm() { tmux -S "$socket" -f /dev/null "$@"; }
cleanup() {
    tm kill-server 2>/dev/null
    rm -rf "$work"
}

# step NAME IDs PATTERN: waits until a line of the screen matches, with a bound that only a hang meets.
step() {
    local step screen=
    for ((step = 0; step < STEPS; step++)); do
        screen=$(tm capture-pane -p -J 2>/dev/null)
        if grep -qE -- "$3" <<<"$screen"; then
            # shellcheck disable=SC2086 # IDs are words
            pass "$1" $2
            return
        fi
        sleep 0.05
    done
    fail "$1" "no line matches '$3' on: $(grep -v '^$' <<<"$screen" | tail -n 12)"
}

type() {
    tm send-keys -l "$1"
    tm send-keys Enter
}

for board in ${BOARDS:-virt pc}; do
    socket=$work/tmux.$board # a server that was told to end may still be there for a moment
    tm new-session -d -x 80 -y 24 "PS1='host> ' sh"
    type "'$TOP/hw/image/board' $board run; echo ended with \$?"
    step "${board}_has_a_shell_on_its_serial_line" "HW-5 CMP-2" '^[^ ]*:~# $|^[^ ]*:~#$'
    type 'echo $((6 * 7)) things'
    step "${board}_shell_edits_and_answers" HW-5 '^42 things'
    type "sh -c 'echo begun; exec sleep 1000'"
    step "${board}_foreground_program_prints_at_once" HW-5 '^begun'
    tm send-keys C-c
    step "${board}_interrupt_key_ends_the_foreground_program" HW-5 '\^C'
    type 'echo still here'
    step "${board}_shell_lives_on" HW-5 '^still here'
    type 'exit 5'
    step "${board}_status_reaches_the_host" HW-5 '^ended with 5'
    type 'stty -a | grep -o "[-]*icanon"'
    step "${board}_terminal_is_as_before" HW-5 '^icanon'
    tm kill-server
done
finish
