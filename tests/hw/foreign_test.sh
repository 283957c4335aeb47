#!/usr/bin/env bash
# Ordinary static Linux programs print on bare machines what they print on the host: those of tests/foreign, and Debian's
# busybox with a script that uses much of it.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/../host/lib.sh"
BOARD=$TOP/hw/image/board
RUN_TIMEOUT_S=900 # meets a hang only
declare -A covers=(
    [files]="VFS-11 CMP-1 CMP-2"
    [processes]="PRC-4 PRC-5 PRC-7 PRC-9 VFS-12 CMP-2"
    [threads]="PRC-5 PRC-10 CMP-2"
    [memory]="MEM-1 MEM-3 PRC-9 CMP-2"
    [addresses]="IPC-14 PRC-5 CMP-2"
    [registers]="PRC-9 CMP-2 CMP-3"
)

cat >"$work/script" <<'END'
trap 'echo signal' USR1
kill -USR1 $$
i=0
while [ $i -lt 30 ]; do
    (exit $i) || [ $? = $i ] || echo wrong
    i=$((i + $(echo 1 | cat)))
done
sleep 100 & kill $! && wait $! 2>/dev/null
echo ended with $?
yes | head -n 20000 | md5sum
dd if=/dev/zero bs=4096 count=100 2>/dev/null | sha256sum
for n in 1 2; do
    seq 1 5000 | awk '{ s += $1 * 1.25 } END { print s }' &
done
wait
cd "$(mktemp -d)" && mkdir -p a/b && echo text >a/b/c && ln -s b a/l && cp a/l/c d && mv d e && cat e && rm e
find . | sort
END

# What the board prints between `== start NAME` and `== status NUMBER`.
part() { # NAME
    tr -d '\r' <"$work/out" | awk -v name="$1" '/^== start /{ on = $3 == name } on' | sed 1d
}

for board in ${BOARDS:-virt pc}; do
    case $board in
        virt | raspi*) build=$TOP/build-aarch64 ;;
        *) build=$BUILD ;;
    esac
    adds=(--add "$work/script:/test/script")
    for name in "${!covers[@]}"; do adds+=(--add "$build/tests/foreign/$name:/test/$name"); done
    # shellcheck disable=SC2016 # the board's shell expands it
    run_with /dev/null "$BOARD" "$board" run "${adds[@]}" -- sh -c 'for name; do
        echo "== start $name"
        case $name in script) busybox sh /test/script ;; *) /test/$name ;; esac
        echo "== status $?"
    done' sh script "${!covers[@]}"
    cp "$work/out" "$work/board"
    for name in script "${!covers[@]}"; do
        cp "$work/board" "$work/out"
        part "$name" >"$work/got"
        case $name in
            script) TMPDIR=$work timeout "$RUN_TIMEOUT_S" busybox sh "$work/script" ;;
            *) (on_host "$BUILD/tests/foreign/$name") ;;
        esac </dev/null >"$work/wanted" 2>/dev/null
        echo "== status $?" >>"$work/wanted"
        if cmp -s "$work/got" "$work/wanted"; then
            # shellcheck disable=SC2086 # IDs are words
            pass "${board}_${name}_behave_as_on_the_host" ${covers[$name]-CMP-2 PRC-9} HW-5
        else
            fail "${board}_${name}_behave_as_on_the_host" "$(diff "$work/wanted" "$work/got" | grep '^[<>]' | head -n 12)"
        fi
    done
done
crashed() {
    [[ $status == 139 && $out == "crash: "* && $out == *123450* && $out =~ rip|pc && -z $err ]]
}

for board in ${BOARDS:-virt pc}; do
    build=$BUILD
    [[ $board != virt && $board != raspi* ]] || build=$TOP/build-aarch64
    run_with /dev/null "$BOARD" "$board" run --add "$build/tests/foreign/crash:/bin/crash" -- /bin/crash
    verdict "${board}_crash_prints_registers_and_address_and_exits_139" "PRC-11 MEM-2 HW-5" crashed
done
finish
