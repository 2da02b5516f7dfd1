#!/usr/bin/env bash
# Does the API document break clients of the last released one? $1 is oasdiff.
set -euo pipefail
cd "$(dirname "$0")"
oasdiff=$1

newest=$(ls released/kuzu-api-*.yaml | sort -V | tail -1)
version() { sed -n 's/^  version: //p' "$1" | head -1; }

# check DOCUMENT: fails if it breaks clients and its major version is not higher.
check() {
	local old new report
	old=$(version "$newest") new=$(version "$1")
	if report=$("$oasdiff" breaking "$newest" "$1" --fail-on ERR --severity-levels released/severity.txt 2>&1); then
		return 0
	fi
	if [ "${new%%.*}" -gt "${old%%.*}" ]; then
		echo "breaks clients of $old, and says so: it is $new"
		return 0
	fi
	echo "$report"
	echo "kuzu-api.yaml breaks clients of $old and calls itself $new: keep what was there, or raise the major version in info.version"
	return 1
}

# The check has to notice a property that is gone, and to accept it under a new
# major version.
copy=$(mktemp --suffix .yaml)
trap 'rm -f "$copy"' EXIT
sed '/^        memory_percent: /d' "$newest" > "$copy"
if check "$copy" > /dev/null; then
	echo "check-changes does not notice that a response lost a property"
	exit 1
fi
sed -i 's/^  version: .*/  version: 99.0.0/' "$copy"
check "$copy" > /dev/null

check kuzu-api.yaml
