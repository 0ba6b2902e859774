#!/usr/bin/env bash
# Reads all code and changes none: gofmt, go vet, staticcheck, shellcheck.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

staticcheck=(go tool -modfile=scripts/tools.mod staticcheck)

echo "== gofmt"
unformatted=$(gofmt -s -l .)
if [ -n "$unformatted" ]; then
	printf 'not formatted, run make fmt:\n%s\n' "$unformatted" >&2
	exit 1
fi

# The program is read twice: with its window, and as it is where there is none.
echo "== go vet"
export CGO_ENABLED=1
go vet -tags "$TAGS" ./...
CGO_ENABLED=0 go vet -tags nogui .

echo "== staticcheck"
if "${staticcheck[@]}" -version >/dev/null; then
	"${staticcheck[@]}" -tags "$TAGS" ./...
	CGO_ENABLED=0 "${staticcheck[@]}" -tags nogui .
elif [ -n "${CI:-}" ]; then
	echo "staticcheck could not be built, see above" >&2
	exit 1
else
	echo "SKIPPED: staticcheck could not be built, see above" >&2
fi

if command -v shellcheck >/dev/null; then
	echo "== shellcheck"
	shellcheck scripts/*.sh .ci/run
fi
