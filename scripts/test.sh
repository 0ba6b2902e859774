#!/usr/bin/env bash
# All tests: scripts/test.sh [PACKAGE...]. The quick checks come first, go test's own lines last.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh
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
CGO_ENABLED=0 go build -tags nogui -o "$out/echopath-nogui" .
"$out/echopath-nogui" version >"$out/log"

echo "== allocations, which the race detector would change"
go test -vet=off -run Allocat ./netcheck/rtc

echo "== pictures of the window, which take minutes with the race detector"
go test -tags "$TAGS" -vet=off -run 'Pictures|Golden' ./app/view ./app/chart

# --- which package is tested how --------------------------------------------------------------

export CGO_ENABLED=1 # the window and, on most systems, the race detector need it
race=(-race)
if ! go list -race std >/dev/null 2>&1; then
	echo "SKIPPED: the race detector does not exist for $(go env GOOS)/$(go env GOARCH), testing without it" >&2
	race=()
fi

# with_driver names the packages that the window's driver belongs to, or to whose tests it does. They are tested without the race
# detector: it would have the driver compiled a second time, which takes minutes, and finds nothing in C.
with_driver() { # PACKAGE...
	# A package, its test variants "PACKAGE [PACKAGE.test]" and its test program PACKAGE.test have a line each.
	go list -test -tags "$TAGS" -f '{{.ImportPath}}|{{join .Deps ","}},' "$@" | awk -F '|' -v driver="$DRIVER" '
		index("," $2, "," driver ",") {
			path = $1
			if (match(path, /\[[^]]*/)) path = substr(path, RSTART + 1, RLENGTH - 1)
			sub(/\.test$/, "", path)
			print path
		}' | sort -u
}

packages=$(go list -tags "$TAGS" "$@")
window=$(with_driver "$@")
e2e=$(grep -E '^echopath/e2e(/|$)' <<<"$packages" || true)
# Pictures in real time: with the race detector, or beside other tests, a small computer is too slow to say anything about them.
timed=$(grep -xF echopath/netcheck/accept/video <<<"$packages" || true)
# Two computers in network namespaces: a few scenarios of `make lab`, on the program that was built above.
lab=$(grep -xF echopath/lab <<<"$packages" || true)
raced=$(grep -vxF -e "$window" -e "$e2e" -e "$timed" -e "$lab" <<<"$packages" || true)
plain=$(grep -vxF -e "$e2e" <<<"$window" || true)

# --- the tests --------------------------------------------------------------------------------

# failed LOG shows of the log of `go test -v` what the tests that failed, or never ended, printed themselves.
failed() {
	awk '
		/^=== (RUN|NAME|CONT|PAUSE) / { test = $3; next }
		/^ *--- (PASS|SKIP): / { delete said[$3]; next }
		/^ *--- FAIL: / { printf "%s", said[$3]; print; delete said[$3]; next }
		/^(ok|[?])[[:space:]]/ || /^PASS$/ { delete said; next }
		/^FAIL/ { for (t in said) printf "%s", said[t]; print; delete said; next }
		{ said[test] = said[test] $0 "\n" }
		END { for (t in said) printf "%s", said[t] }' "$1"
}

# run_tests NAME ARGUMENT... runs go test. go vet has run already. Of the whole log a good run shows what was skipped or not judged,
# and why. go's own line for each package is kept for the end.
status=0
run_tests() {
	local name=$1 log=$out/log bad=
	shift
	echo "== $name"
	go test -tags "$TAGS" -vet=off -timeout 20m -v "$@" >"$log" 2>&1 || bad=yes status=1
	awk '/: not judged, / { sub(/^ +/, ""); print "NOT JUDGED: " $0 }
		/^ *--- SKIP/ { print "SKIPPED:" substr($0, index($0, "SKIP:") + 5) " --" why } /^ +[^ ]+\.go:[0-9]+: / { why = $0 }' "$log"
	grep -E "^(ok|FAIL|[?])[[:space:]]" "$log" >>"$out/results" || true
	if [ -n "$bad" ]; then
		failed "$log"
	fi
}

read -r -a list <<<"${raced//$'\n'/ }"
[ ${#list[@]} = 0 ] || run_tests "go test ${race[*]-}" ${race[@]+"${race[@]}"} "${list[@]}"

[ -z "$timed" ] || run_tests "go test of video in real time" "$timed"

[ -z "$lab" ] || ECHOPATH_LAB=short ECHOPATH_CLI=$out/echopath-cli run_tests "go test of two computers with NATs between them" -count=1 "$lab"

read -r -a list <<<"${plain//$'\n'/ }"
[ ${#list[@]} = 0 ] || run_tests "go test of what needs the window's driver" "${list[@]}"

read -r -a list <<<"${e2e//$'\n'/ }"
if [ ${#list[@]} != 0 ]; then
	echo "== build the program with its window"
	go build -tags "$TAGS" -o "$out/echopath" .
	ECHOPATH_PROGRAM=$out/echopath run_tests "go test of the program's window" -count=1 "${list[@]}"
fi

cat "$out/results"
exit "$status"
