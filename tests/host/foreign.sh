#!/usr/bin/env bash
# Ordinary static Linux programs print in the machine what they print on the host.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/lib.sh"

declare -A covers=(
    [files]="VFS-11 CMP-1 CMP-2"
    [processes]="PRC-4 PRC-5 PRC-7 PRC-9 VFS-12 CMP-2"
    [threads]="PRC-5 PRC-10 CMP-2"
    [memory]="MEM-1 MEM-3 PRC-9 CMP-2"
    [addresses]="IPC-14 PRC-5 CMP-2"
    [registers]="PRC-9 CMP-2 CMP-3"
)

for name in "${!covers[@]}"; do
    program=$BUILD/tests/foreign/$name
    (on_host "$program") </dev/null >"$work/wanted" 2>"$work/wanted_err"
    wanted_status=$?
    run --add "$program:/bin/foreign-$name" -- "/bin/foreign-$name"
    if [[ $status == "$wanted_status" ]] && cmp -s "$work/out" "$work/wanted"; then
        # shellcheck disable=SC2086 # IDs are words
        pass "${name}_behave_as_on_the_host" ${covers[$name]}
    else
        fail "${name}_behave_as_on_the_host" "status $status, wanted $wanted_status; first differences:" \
            "$(diff "$work/wanted" "$work/out" | grep '^[<>]' | head -n 12); ${err:0:300}"
    fi
done
finish
