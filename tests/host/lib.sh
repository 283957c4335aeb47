# shellcheck shell=bash disable=SC2317,SC2034
# What the host tests share; sourced. Each test prints lines as docs/testing.md says and ends with `finish`.
# BATON, DEV, TOP, BUILD: as tests/run sets them; a test run by hand finds them itself.
set -uo pipefail
TOP=${TOP:-$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")}
BUILD=${BUILD:-$TOP/build}
BATON=${BATON:-$BUILD/baton}
DEV=${DEV:-$TOP/dev}
RUN_TIMEOUT_S=300 # meets a hang only, on a slow and busy host too
failures=0
work=$(mktemp -d)
cleanup() { rm -rf "$work"; }
trap cleanup EXIT

pass() { # NAME [IDs]
    echo "PASS $*"
}

fail() { # NAME WHY...
    local name=$1
    shift
    echo "FAIL $name: $*" | tr '\n' ' '
    echo
    failures=$((failures + 1))
}

# run ARG...: `baton run ARG...` with nothing to read; leaves $status, $out and $err.
run() {
    run_with /dev/null "$BATON" run "$@"
}

# run_with INPUT COMMAND...: the same for any command and input file.
run_with() {
    local input=$1
    shift
    status=0
    timeout -k 5 "$RUN_TIMEOUT_S" "$@" <"$input" >"$work/out" 2>"$work/err" || status=$?
    out=$(tr -d '\0' <"$work/out")
    err=$(tr -d '\0' <"$work/err")
}

# on_host PROGRAM: the process goes on as an ordinary program of the host, which has the descriptors of a program in the
# machine and no others, whoever runs the test.
on_host() {
    local path
    for path in /proc/self/fd/*; do
        [[ ${path##*/} -le 2 ]] || eval "exec ${path##*/}>&-"
    done
    cd "$work" && exec timeout "$RUN_TIMEOUT_S" "$1"
}

# verdict NAME IDs CONDITION...: a test that passes if the command CONDITION succeeds; a failure shows what was seen.
verdict() {
    local name=$1 ids=$2
    shift 2
    if "$@"; then
        # shellcheck disable=SC2086 # IDs are words
        pass "$name" $ids
    else
        fail "$name" "status $status, out '${out:0:300}', err '${err:0:300}'"
    fi
}

same() { # GOT WANTED
    [[ $1 == "$2" ]]
}

refused() { # STATUS WORDS...: that status, nothing on stdout, and one line on stderr with all words
    local word
    [[ $status == "$1" && -z $out && $(wc -l <"$work/err") == 1 ]] || return 1
    for word in "${@:2}"; do
        [[ $err == *"$word"* ]] || return 1
    done
}

finish() {
    [[ $failures == 0 ]]
    exit
}
