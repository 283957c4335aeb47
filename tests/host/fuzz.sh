#!/usr/bin/env bash
# A short run of each fuzzer, always the same: the corpus, and a few thousand programs made of it.
# shellcheck source=tests/host/lib.sh
. "$(dirname "$0")/lib.sh"

smoke() { # TARGET NAME IDS
    run_with /dev/null "$TOP/tests/fuzz/run" "$1" --smoke
    verdict "$2" "$3" same "$status|$out" "0|"
}

smoke ipc fuzz.ipc_corpus_finds_nothing_FUZ_1_FUZ_2 ""
smoke calls fuzz.calls_corpus_finds_nothing_and_leaks_nothing_FUZ_1 ""
finish
