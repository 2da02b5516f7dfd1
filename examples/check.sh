#!/usr/bin/env bash
# Runs what the README and the scripts here show, on a server of its own, and
# fails if any of it prints something else than it should.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT

go build -o "$work/kuzu-mock" ./cmd/kuzu-mock

# start ENGINE sets $url and $server.
start() {
	: > "$work/log"
	"$work/kuzu-mock" -listen 127.0.0.1:0 -engine "$1" -data examples/curl/data 2>> "$work/log" &
	server=$!
	until url=$(grep -oE 'http://[0-9.:]+' "$work/log"); do
		kill -0 "$server" 2> /dev/null || { cat "$work/log"; exit 1; }
	done
}
stop() { kill "$server"; wait "$server"; server=; }
expect() { grep -qF -- "$1" "$2" || { echo "expected in $2: $1"; cat "$2"; exit 1; }; }

for engine in kuzu scripted; do
	start "$engine"
	examples/curl/walk.sh "$url" > "$work/walk"
	expect '"schema_applied":true' "$work/walk"
	expect 'event: completed' "$work/walk"
	expect '"records_loaded": 3' "$work/walk"
	expect '"row_count":1' "$work/walk"
	expect '"is_last_chunk": true' "$work/walk"
	expect '"loc":["body","database"],"msg":"Field required"' "$work/walk"
	expect 'Database walk deleted successfully' "$work/walk"
	echo "curl walk on the $engine engine: ok"
	examples/curl/scenario.sh "$url" > "$work/scenario" 2> /dev/null
	expect '"name":"script"' "$work/scenario"
	expect '"data": [{"1": 41}]' "$work/scenario"
	expect 'curl ends with 56' "$work/scenario" # reset by peer
	expect '"columns":["1;"]' "$work/scenario"
	expect 'Database kg0123456789abcdef not found' "$work/scenario"
	expect '\"query\" is not an operation of the API document' "$work/scenario"
	expect '"ran":3,"dropped":0}' "$work/scenario"
	expect '"faults":["lost"]' "$work/scenario"
	stop
	echo "curl scenario on the $engine engine: ok"
done

# page FILE runs all sh blocks of a page, in order. Each line of a text block has
# to be in what they print.
page() {
	awk '/^```sh$/{p=1;next} /^```$/{p=0} p' "$1" | sed "s|http://localhost:8001|$url|g; s|localhost:8001|${url#http://}|g" > "$work/page.sh"
	KUZU_API_URL=$url PATH=$work:$PATH bash -eu "$work/page.sh" > "$work/page" 2> "$work/page.err" || { cat "$work/page" "$work/page.err"; exit 1; }
	awk '/^```text$/{p=1;next} /^```$/{p=0} p' "$1" | sed "s|http://localhost:8001|$url|g" > "$work/page.text"
	while read -r line; do expect "$line" "$work/page"; done < "$work/page.text"
	echo "$1: ok"
}

go build -o "$work/kuzuctl" ./cmd/kuzuctl
start kuzu
page README.md
sed -n '/^package main$/,/^}$/p' README.md | diff - examples/first/main.go
awk '/^```python$/{p=1;next} /^```$/{p=0} p' README.md | diff - contract/consumers/python/first.py # which make consumers runs
sed "s|http://localhost:8001|$url|" examples/first/main.go > "$work/first.go"
go run "$work/first.go" > "$work/first"
expect 'Ada <nil>' "$work/first"
echo "first program of the README: ok"
page docs/runbook.md
stop

go build -o "$work/worker" ./examples/worker
start kuzu
for turn in 'began ingest_people_' 'loaded 3 records'; do # the second one goes on with the task of the first
	KUZU_API_URL=$url "$work/worker" -state "$work/task" Person.csv > "$work/worker.out"
	expect "$turn" "$work/worker.out"
	expect 'loaded 3 records' "$work/worker.out"
done
stop
echo "worker: ok"

start scripted
page docs/mock.md
stop

CGO_ENABLED=0 go run ./examples/demo > "$work/demo"
expect 'the embedded Kuzu engine needs a C compiler' "$work/demo"
expect 'demo ok' "$work/demo"
echo "demo without a C compiler: ok"
