#!/usr/bin/env bash
# Runs every fuzz target of the project, one after another: scripts/fuzz.sh [TIME EACH]
# An input that fails is kept by Go in the package's testdata/fuzz: commit it with the mend.
set -euo pipefail
cd "$(dirname "$0")/.."
each=${1:-20s}

targets=$(grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sort -u) || {
	echo "no fuzz targets" >&2
	exit 1
}
while IFS=: read -r file func; do
	target=${func#func }
	echo "== $target in $(dirname "$file"), $each"
	go test -run '^$' -fuzz "^$target\$" -fuzztime "$each" "$(dirname "$file")" </dev/null
done <<<"$targets"
