#!/usr/bin/env bash
# Builds the program with its window and runs a part of the tests that drive it: scripts/window.sh [VAR=VALUE...] GO-TEST-FLAG...
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh test
scripts/build.sh window
while [[ ${1:-} == *=* && ${1:-} != -* ]]; do
	export "${1?}"
	shift
done
ECHOPATH_PROGRAM=$PWD/bin/echopath exec go test ./e2e -count=1 -v "$@"
