#!/usr/bin/env bash
# The system boots Debian's busybox, unchanged, and its tools see the right things.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/lib.sh"

session='uname -a; ls -l /; echo x > /tmp/f; cat /tmp/f; mkdir /tmp/d; mv /tmp/f /tmp/d; find /tmp;
    seq 1 5000 | sort -rn | head -3 | tr "\n" " "; ps'
run_with /dev/null "$DEV" run -- sh -c "$session"
first_session() {
    [[ $status == 0 && -z $err ]] || return 1
    local wanted
    for wanted in Baton x86_64 dev proc tmp $'\nx\n' /tmp/d/f '5000 4999 4998 ' PID; do
        [[ $out == *"$wanted"* ]] || { err="no '$wanted'"; return 1; }
    done
}
verdict dev_run_does_a_first_session "SIM-1 CMP-2" first_session

run -- sh -c 'cat /bin/busybox || cat /proc/self/exe'
cp "$work/out" "$work/busybox"
unchanged() { cmp -s "$work/busybox" "$(command -v busybox)"; }
out=
verdict busybox_is_debians_byte_for_byte "CMP-2" unchanged

run -- sh -c 'for i in 1 2 3; do echo $i; done | wc -l; echo $((6 * 7)); set -- a b; echo $#'
verdict shell_computes_and_pipes "CMP-2" same "$out" $'3\n42\n2'

run -- sh -c 'cd /tmp; mkdir a b; echo one > a/f; ln -s ../a/f b/l; cat b/l; ln a/f b/h; echo two >> b/h; cat a/f;
    rm a/f; cat b/h; ls b; chmod 600 b/h; stat -c %a b/h; rmdir a; ls -d a 2>/dev/null; echo $?'
verdict files_links_and_modes_work "VFS-11" same "$out" $'one\none\ntwo\none\ntwo\nh\nl\n600\n1'

run -- sh -c 'echo hello | tee /dev/null; head -c 4 /dev/zero | od -An -tx1; echo x > /dev/full; echo $?'
devices() { [[ $out == $'hello\n 00 00 00 00\n'* && $out == *$'\n1' ]]; }
verdict devices_null_zero_full_work "VFS-13" devices

run -- sh -c 'trap "echo got; exit 3" TERM; kill -TERM $$; sleep 10'
caught() { [[ $status == 3 && $out == got ]]; }
verdict shell_catches_a_signal "PRC-9" caught

run -- sh -c 'i=0; while [ $i -lt 200 ]; do (exit 5) || j=$?; i=$((i+1)); done; echo $i $j'
verdict two_hundred_forks_in_a_row "PRC-4" same "$out" "200 5"

run -- sh -c 'i=0; while [ $i -lt 50 ]; do sleep 1000 & i=$((i+1)); done; pids=$(jobs -p); n=0;
    for p in $pids; do kill -0 $p && n=$((n+1)); done; echo $n; kill $pids; wait; echo done'
fifty() { [[ $out == $'50\n'*done ]]; }
verdict fifty_processes_alive_at_once "PRC-7" fifty

run -- sh -c 'free >/tmp/free; grep -c Mem /tmp/free; cat /proc/self/cmdline | tr "\0" " "'
proc() { [[ $out == $'1\ncat /proc/self/cmdline '* ]]; }
verdict proc_serves_free_and_self "VFS-13" proc

if [[ $(id -u) == 0 ]] && setpriv --reuid 65534 --regid 65534 --clear-groups test -x "$BATON" 2>/dev/null; then
    run_with /dev/null setpriv --reuid 65534 --regid 65534 --clear-groups "$BATON" run -- echo fine
    verdict boots_for_an_ordinary_user "SIM-10" same "$status $out" "0 fine"
elif [[ $(id -u) == 0 ]]; then
    echo "SKIP boots_for_an_ordinary_user: $BATON is not readable for others"
else
    run -- echo fine
    verdict boots_for_an_ordinary_user "SIM-10" same "$status $out" "0 fine"
fi
finish
