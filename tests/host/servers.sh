#!/usr/bin/env bash
# Servers that die: nothing else goes down, and the supervisor brings them back.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/lib.sh"

# restarted NAME INDEX SERVED PROGRAM: kills the INDEX-th process called NAME, waits until the command SERVED succeeds in a
# shell of its own, then runs PROGRAM.
restarted() {
    run -- sh -c "kill -9 \$(ps -o pid,comm | awk '\$2 == \"$1\" { if (++n == $2) print \$1 }')
        until ($3) 2>/tmp/errors; do :; done; $4"
}

restarted dev 1 'head -c 1 /dev/zero >/tmp/byte' 'echo x > /dev/null && head -c 3 /dev/zero | wc -c'
verdict dead_dev_server_comes_back "SRV-1 SRV-7 VFS-15" same "$status $out" "0 3"

restarted pipe 1 ': | :' 'echo through | cat'
verdict dead_pipe_server_comes_back "SRV-1 SRV-7 VFS-15" same "$status $out" "0 through"

restarted ramfs 2 'cd /tmp' 'echo new > /tmp/f; cat /tmp/f'
verdict dead_ramfs_comes_back_empty "SRV-1 SRV-7 VFS-15" same "$status $out" "0 new"

run -- sh -c 'kill -9 2; until [ -e /etc/hostname ]; do :; done; cat /etc/hostname'
verdict dead_root_file_system_comes_back "SRV-1 SRV-7 VFS-15" same "$status $out" "0 baton"

restarted console 1 'sleep 1' 'exit 9'
verdict dead_console_takes_no_program_down "SRV-1 SRV-7" same "$status" 9

run -- sh -c 'echo a > /tmp/f; exec 3< /tmp/f; kill -9 $(ps -o pid,comm | awk "\$2 == \"ramfs\" { p = \$1 } END { print p }");
    sleep 1; cat <&3 2>/dev/null || echo error; echo alive'
verdict open_file_of_a_dead_server_is_an_error_and_no_hang "VFS-15 IPC-17" same "$status $out" $'0 error\nalive'
finish
