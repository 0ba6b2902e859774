#!/usr/bin/env bash
# Builds bin/echopath and runs it, for `make run`: scripts/run.sh [ARGUMENT...]
#
# With a display, and with what a window needs to be built, it is the program with its window, which opens if there are no arguments.
# Otherwise, or with WINDOW=no, it is the same program without a window: nobody on a server has to install X11 for it.
#
# The program's exit status is a result, and make knows only success and failure: a network
# that was measured and found poor (1), found inconclusive (3) or a run that was stopped (130) is no failure of the
# command. Wrong use (2) and a run that could not start or write (4) are. Scripts call the program itself.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

say() { printf 'run: %s\n' "$*" >&2; }

has_display() {
	case $(uname -s) in
	Darwin | MINGW* | MSYS* | CYGWIN*) return 0 ;;
	esac
	[ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]
}

scripts/setup.sh go || exit
kind=terminal
if [ "${WINDOW:-}" = no ]; then
	:
elif ! has_display; then
	say "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set): building the program for the terminal, without its window"
elif ! scripts/setup.sh run; then
	say "what the window needs is missing, see above: building the program for the terminal, without its window"
else
	kind=window
fi
scripts/build.sh "$kind" || {
	status=$?
	[ $kind = terminal ] || say "the program with its window could not be built, see above; without: make run WINDOW=no"
	exit $status
}

trap : INT # Ctrl-C is the program's to handle; wait for it
status=0
bin/echopath "$@" || status=$?
case $status in
0 | 1 | 3 | 130) exit 0 ;;
*) exit "$status" ;;
esac
