#!/usr/bin/env bash
# The machine's processes as the host sees them: none survives, idle ones use nothing, none needs privileges.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/lib.sh"

readonly WAIT_STEPS=2000 # of 50 ms: meets a hang only
machine=

cleanup() {
    [[ -z $machine ]] || kill -9 "$machine" 2>/dev/null
    rm -rf "$work"
}

# tasks PID: the living processes below PID, and PID. Zombies are gone for our purpose.
tasks() {
    ps -o pid=,stat= --ppid "$1" -p "$1" | awk '$2 !~ /^Z/ {print $1}'
}

# machine_start COMMAND...: starts a machine in the background that runs a shell command, and waits for its "up".
machine_start() {
    : >"$work/out"
    "$@" >"$work/out" 2>"$work/err" </dev/null &
    machine=$!
    for ((step = 0; step < WAIT_STEPS; step++)); do
        if grep -q '^up' "$work/out"; then
            return 0
        fi
        sleep 0.05
    done
    return 1
}

# settled: waits until the machine is at rest. None of its tasks runs, or would if the host let it, and none has run between
# two looks.
settled() {
    local step pid now before=
    for ((step = 0; step < WAIT_STEPS; step++)); do
        now=$(for pid in $(tasks "$machine"); do
            cat "/proc/$pid/task"/*/status 2>/dev/null
        done | grep -E '^(State|Pid|voluntary_ctxt_switches):')
        [[ $now != "$before" || $now == *"R (running)"* || $now == *"D (disk"* ]] || return 0
        before=$now
        sleep 0.05
    done
    return 1
}

# born PID: when it was started; nothing if it is gone. Process IDs are used again, soon where there are few.
born() {
    local stat
    stat=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null)
    [[ -z $stat || $stat == [ZX]* ]] || awk '{ print $20 }' <<<"$stat"
}

# gone "PID BIRTH"...: waits until none of them lives.
gone() {
    local step task alive
    for ((step = 0; step < WAIT_STEPS; step++)); do
        alive=
        for task in "$@"; do
            [[ $(born "${task% *}") != "${task#* }" ]] || alive=$task
        done
        [[ -n $alive ]] || return 0
        sleep 0.05
    done
    return 1
}

killed_leaves_nothing() { # COMMAND of the OS
    local -a living=()
    local pid birth
    machine_start "$BATON" run -- sh -c "$1" || return 1
    for pid in $(tasks "$machine"); do
        birth=$(born "$pid")
        [[ -z $birth ]] || living+=("$pid $birth")
    done
    [[ ${#living[@]} -gt 4 ]] || return 1
    kill -9 "$machine"
    wait "$machine" 2>/dev/null
    gone "${living[@]}"
}
verdict kill_9_of_an_idle_machine_leaves_no_task "SIM-11" killed_leaves_nothing 'echo up; sleep 1000'
verdict kill_9_of_a_busy_machine_leaves_no_task "SIM-11" killed_leaves_nothing 'echo up; while :; do :; done'
verdict kill_9_of_a_forking_machine_leaves_no_task "SIM-11" killed_leaves_nothing 'echo up; while :; do (:); done'

# The process below the machine that has used the CPU for 0.2 s: the program that spins. Others wait, also those that
# serve no program.
spinning() {
    local step pid
    for ((step = 0; step < WAIT_STEPS; step++)); do
        for pid in $(ps -o pid= --ppid "$machine"); do
            if (($(awk '{print $14 + $15}' "/proc/$pid/stat") >= 20)); then
                echo "$pid"
                return
            fi
        done
        sleep 0.05
    done
}

program_killed_from_outside() {
    local pid
    machine_start "$BATON" run -- sh -c '(while :; do :; done) & echo up; wait; echo went on' || return 1
    pid=$(spinning)
    [[ -n $pid ]] || return 1
    kill -9 "$pid"
    wait "$machine"
    status=$?
    out=$(cat "$work/out")
    [[ $status == 0 && $out == *'went on' ]]
}
verdict program_killed_by_the_host_dies_alone "SIM-11" program_killed_from_outside

# Clock ticks that the machine and its programs have used.
ticks() {
    local pid
    for pid in $(tasks "$machine"); do
        cut -d' ' -f14,15 "/proc/$pid/stat"
    done | awk '{sum += $1 + $2} END {print sum}'
}

idle_costs_nothing() {
    local before after
    machine_start "$BATON" run -- sh -c 'echo up; sleep 1000' && settled || return 1
    before=$(ticks)
    sleep 2
    after=$(ticks)
    out="ticks $before $after"
    kill -9 "$machine"
    wait "$machine" 2>/dev/null
    ((after - before <= 2))
}
verdict idle_machine_uses_no_cpu "SIM-11" idle_costs_nothing

ordinary_user() {
    if [[ $(id -u) == 0 ]]; then
        run_with /dev/null setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs "$BATON" run -- sh -c 'echo up'
    else
        run -- sh -c 'echo up'
    fi
    [[ $status == 0 && $out == up ]]
}
if [[ $(id -u) == 0 ]] && ! setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$BATON"; then
    echo "SKIP machine_runs_as_an_ordinary_user: an ordinary user cannot read $BATON"
else
    verdict machine_runs_as_an_ordinary_user "SIM-10" ordinary_user
fi

descriptors_are_few() {
    local pid count=0
    machine_start "$BATON" run -- sh -c 'echo up; sleep 1000' && settled || return 1
    for pid in $(tasks "$machine"); do
        if [[ $pid != "$machine" ]]; then
            count=$((count + 1))
            out=$(ls -l "/proc/$pid/fd")
            [[ $(find "/proc/$pid/fd" -type l | wc -l) == 1 && $out == *memfd:baton-memory* ]] || return 1
        fi
    done
    kill -9 "$machine"
    wait "$machine" 2>/dev/null
    ((count > 4))
}
verdict programs_hold_only_the_memory_file "SIM-3" descriptors_are_few
finish
