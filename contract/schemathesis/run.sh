#!/usr/bin/env bash
# Runs Schemathesis, installed into a virtual environment of its own, against
# kuzu-mock on both engines, with a key and without. "run.sh short" makes a few
# hundred cases, "run.sh" more than 5,000.
set -euo pipefail
cd "$(dirname "$0")"

examples=60 least=5000
seed=()
runs=("kuzu key" "kuzu open" "scripted key" "scripted open")
if [ "${1:-}" = short ]; then
	examples=2 least=300
	seed=(--seed 1) # the same cases each time
	runs=("kuzu key" "scripted open")
fi

work=$(mktemp -d)
mock=
stop() { [ -z "$mock" ] || { kill "$mock" 2>/dev/null || true; wait "$mock" || true; mock=; }; }
trap 'stop; rm -rf "$work"' EXIT

[ -x .venv/bin/python ] || python3 -m venv .venv
.venv/bin/python -m pip install -q --disable-pip-version-check -r requirements.txt
mkdir -p "$work/data/bucket"
printf 'id\n1\n2\n' > "$work/data/bucket/Q.csv"
go build -o "$work/kuzu-mock" ../../cmd/kuzu-mock

# start ENGINE KEY serves on a free port with the database that hooks.py keeps.
start() {
	: > "$work/log"
	KUZU_API_KEY=$2 "$work/kuzu-mock" -listen 127.0.0.1:0 -engine "$1" -data "$work/data" 2> "$work/log" &
	mock=$!
	for _ in $(seq 100); do
		url=$(sed -n 's|.* listens at \(http://[^ ]*\).*|\1|p' "$work/log")
		[ -z "$url" ] || break
		kill -0 "$mock" 2>/dev/null || break
		sleep 0.1
	done
	[ -n "$url" ] || { echo "kuzu-mock did not start:"; cat "$work/log"; exit 1; }
	curl -sfS -o "$work/created" -H "X-Kuzu-API-Key: $2" -H 'Content-Type: application/json' \
		-d '{"graph_id":"steady"}' "$url/databases"
}

total=0
for run in "${runs[@]}"; do
	read -r engine mode <<< "$run"
	echo "== schemathesis: engine $engine, $mode"
	asked=()
	if [ "$mode" = key ]; then
		start "$engine" kuzu_test_schemathesis
		asked+=(-H "X-Kuzu-API-Key: kuzu_test_schemathesis")
	else
		start "$engine" ""
		asked+=(--exclude-checks ignored_auth) # a server without a key asks for none
	fi
	.venv/bin/schemathesis --config-file schemathesis.toml run ../../openapi/kuzu-api.yaml --url "$url" \
		--phases examples,coverage,fuzzing,stateful --max-examples "$examples" --no-color \
		"${seed[@]}" "${asked[@]}" > "$work/out" || { cat "$work/out"; exit 1; }
	kill -0 "$mock" || { echo "kuzu-mock ended:"; cat "$work/log"; exit 1; }
	stop
	made=$(sed -n 's/^ *\([0-9]*\) generated,.*/\1/p' "$work/out")
	sed -n '/^Test cases:/,/^Seed:/p' "$work/out" | grep -v '^$'
	total=$((total + made))
done
echo "$total cases"
[ "$total" -ge "$least" ] || { echo "that are less than $least"; exit 1; }
