#!/usr/bin/env bash
# Does the exported API break programs written for the last release? $1 is
# apidiff, which compares types where TestReleasedAPI compares what is written. The
# last release is the newest tag v*; before 1.0 a breaking change is accepted if
# CHANGELOG.md has it under Unreleased, Breaking.
set -euo pipefail
cd "$(dirname "$0")/.."
apidiff=$1
module=github.com/robosystems/kuzuclient
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# api DIR writes what is exported by the module in DIR.
api() { (cd "$1" && "$apidiff" -m -w "$work/$(basename "$1").export" "$module"); }

# breaking A B tells what B breaks of A.
breaking() { "$apidiff" -m -incompatible "$work/$1.export" "$work/$2.export" | grep -v '^Ignoring internal package' || true; }

mkdir "$work/now" "$work/broken"
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$work/now" 2> /dev/null || true # without files that are deleted and not yet committed
api "$work/now"

# The check has to notice a method that has another name.
cp -R "$work/now/." "$work/broken"
sed -i 's/NodeExists(/HasNode(/' "$work"/broken/kuzu/*.go "$work"/broken/cmd/kuzuctl/*.go
api "$work/broken"
if ! breaking now broken | grep -q 'NodeExists: removed'; then
	echo "check-api does not notice that a method is gone"
	exit 1
fi

last=$(git tag --list 'v*' --sort -version:refname | head -1)
if [ -z "$last" ]; then
	echo "there is no tag to compare types with; contract/released has been held"
	exit 0
fi
mkdir "$work/last"
git archive "$last" | tar -x -C "$work/last"
api "$work/last"
report=$(breaking last now)
[ -n "$report" ] || exit 0
echo "since $last:"
echo "$report"
noted=$(sed -n '/^## Unreleased/,/^## [^U]/p' CHANGELOG.md | sed -n '/^### Breaking/,/^##/p' | grep -c '^- ' || true)
case $last in
v0.*) [ "$noted" -gt 0 ] || { echo "say so in CHANGELOG.md under Unreleased, Breaking, or keep what was there"; exit 1; } ;;
*) echo "keep what was there: this breaks programs that use $last"; exit 1 ;;
esac
