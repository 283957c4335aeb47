#!/bin/sh
# What a bare machine runs for tests/hw/board: the named programs one after the other, each framed by two lines.
limit_s=$1
shift
for program in "$@"; do
    echo "== start $program"
    timeout -s KILL "$limit_s" "/test/$program" </dev/null 2>&1
    status=$?
    echo
    echo "== status $status"
done
