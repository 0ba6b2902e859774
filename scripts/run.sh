#!/usr/bin/env bash
# Runs the program for `make run`: scripts/run.sh PROGRAM [ARGUMENT...]
#
# The program's exit status is a result, and make knows only success and failure: a network
# that was measured and found poor (1), found inconclusive (3) or a run that was stopped (130) is no failure of the
# command. Wrong use (2) and a run that could not start or write (4) are. Scripts call the program itself.
set -uo pipefail
trap : INT # Ctrl-C is the program's to handle; wait for it

status=0
"$@" || status=$?
case $status in
0 | 1 | 3 | 130) exit 0 ;;
*) exit "$status" ;;
esac
