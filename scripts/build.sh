#!/usr/bin/env bash
# Builds one of the programs into bin/: scripts/build.sh window|terminal|cli
#
#   window    bin/echopath      needs a C compiler and what scripts/setup.sh calls `run`
#   terminal  bin/echopath      the same program without its window; needs Go alone
#   cli       bin/echopath-cli  for servers; needs Go alone
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

case ${1:-} in
window)
	export CGO_ENABLED=1
	if [ "$(go list -tags "$TAGS" -f '{{.Stale}}' "$DRIVER")" = true ]; then
		echo "building, the first time takes some minutes" >&2
	fi
	go build -tags "$TAGS" -o bin/echopath .
	;;
terminal) CGO_ENABLED=0 go build -tags nogui -o bin/echopath . ;;
cli) CGO_ENABLED=0 go build -o bin/echopath-cli ./cmd/echopath-cli ;;
*)
	echo "usage: scripts/build.sh window|terminal|cli" >&2
	exit 2
	;;
esac
