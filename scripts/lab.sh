#!/usr/bin/env bash
# Drives the built program between two computers in network namespaces: scripts/lab.sh [SCENARIO]
# "accuracy" holds its figures against links with known truth, "accuracy/NAME" against one of lab/scenario; neither is part of the rest.
#
# It needs Linux and root; elsewhere it says so and does nothing. All networks are removed at the end, and those that a killed run
# has left at the beginning. What fails names a folder with logs, JSON and rules with their counters, below $ECHOPATH_LAB_DIR or the
# system's folder for temporary files.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/build.sh cli
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
test=TestLab
[[ ${1:-} == accuracy* ]] && test=TestAccuracy
ECHOPATH_LAB=${1:-1} ECHOPATH_CLI=$PWD/bin/echopath-cli go test -count=1 -v -timeout 60m -run "^$test\$" ./lab | tee "$log" || status=$?
awk '/^ *--- SKIP/ { print "SKIPPED:" substr($0, index($0, "SKIP:") + 5) " --" why } /^ +[^ ]+\.go:[0-9]+: / { why = $0 }' "$log"
exit "$status"
