#!/usr/bin/env bash
# Installs what the consumers need, generates their clients from the API document,
# checks their types, and runs them against the shared vectors and a mock server.
set -euo pipefail
cd "$(dirname "$0")"

work=$(mktemp -d)
mock=
trap '[ -z "$mock" ] || kill "$mock" 2>/dev/null; rm -rf "$work"' EXIT

mkdir -p "$work/data/walk"
printf 'id,name\n1,Grace\n2,Edsger\n' > "$work/data/walk/People.csv"
go build -o "$work/kuzu-mock" ../../cmd/kuzu-mock
env -u KUZU_API_KEY "$work/kuzu-mock" -listen 127.0.0.1:0 -data "$work/data" 2> "$work/log" &
mock=$!
for _ in $(seq 100); do
	KUZU_URL=$(sed -n 's|.* listens at \(http://[^ ]*\).*|\1|p' "$work/log")
	[ -z "$KUZU_URL" ] || break
	kill -0 "$mock" 2>/dev/null || break
	sleep 0.1
done
[ -n "$KUZU_URL" ] || { echo "kuzu-mock did not start:"; cat "$work/log"; exit 1; }
export KUZU_URL

echo "== python"
(
	cd python
	[ -x .venv/bin/python ] || python3 -m venv .venv
	.venv/bin/python -m pip install -q --disable-pip-version-check -r requirements.txt
	PATH="$PWD/.venv/bin:$PATH" openapi-python-client generate --path ../../../openapi/kuzu-api.yaml \
		--output-path kuzu_api --overwrite --meta none --config generator.yaml
	.venv/bin/mypy ./*.py
	.venv/bin/python -m unittest -q
	# The program of the README.
	curl -sS --json '{"graph_id": "first"}' "$KUZU_URL/databases" > /dev/null
	curl -sS --json '{"database": "first", "cypher": "CREATE (:Entity {id: \"1\", name: \"Ada\"})"}' "$KUZU_URL/databases/first/query" > /dev/null
	sed "s|http://localhost:8001|$KUZU_URL|" first.py | .venv/bin/python - | grep -F "'name': 'Ada'"
)

echo "== typescript"
(
	cd typescript
	[ -d node_modules ] || npm ci --no-progress
	npm run -s generate
	rm -rf dist
	npm run -s build
	npm test -s
)
