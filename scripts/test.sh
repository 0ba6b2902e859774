#!/usr/bin/env bash
# All tests: scripts/test.sh [PACKAGE...]. The quick checks come first, go test's own lines last.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- ./...

scripts/lint.sh

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for target in linux/amd64 linux/arm64 windows/amd64 darwin/arm64; do
	echo "== build without cgo for $target"
	CGO_ENABLED=0 GOOS=${target%/*} GOARCH=${target#*/} go build -o "$out/${target/\//-}" ./cmd/echopath-cli
done

echo "== run without cgo"
CGO_ENABLED=0 go build -o "$out/echopath-cli" ./cmd/echopath-cli
"$out/echopath-cli" version

echo "== allocations, which the race detector would change"
go test -vet=off -run Allocat ./netcheck/rtc

echo "== go test"
export CGO_ENABLED=1 # the race detector needs it on most systems
race=(-race)
if ! go list -race std >/dev/null 2>&1; then
	echo "SKIPPED: the race detector does not exist for $(go env GOOS)/$(go env GOARCH), testing without it" >&2
	race=()
fi
# go vet has run already. Of the whole log a good run shows what was skipped and why, and go's own line for each package.
log=$out/log
status=0
go test ${race[@]+"${race[@]}"} -vet=off -timeout 20m -v "$@" >"$log" 2>&1 || status=$?
awk '/^ *--- SKIP/ { print "SKIPPED:" substr($0, index($0, "SKIP:") + 5) " --" why } /^ +[^ ]+\.go:[0-9]+: / { why = $0 }' "$log"
if [ "$status" != 0 ]; then
	grep -vE '^(=== |ok |\? |--- PASS| +--- PASS)' "$log" || true
fi
grep -E "^(ok|FAIL|[?])[[:space:]]" "$log" || true
exit "$status"
