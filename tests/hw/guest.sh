#!/bin/sh
# What a bare machine runs for tests/hw/board: the named programs one after the other, each framed by two lines. Nothing
# else runs meanwhile, since some tests count what is left of the machine's memory.
for program in "$@"; do
    echo "== start $program"
    "/test/$program" </dev/null 2>&1
    status=$?
    echo
    echo "== status $status"
done
