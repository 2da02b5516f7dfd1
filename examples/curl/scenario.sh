#!/usr/bin/env bash
# A scenario on the mock server with nothing but curl: a query that fails, then is
# answered by a script, then runs on the engine and loses its answer; a quirk; and
# the record of what happened. Run it against a mock server:
#
#   go run ./cmd/kuzu-mock
#   examples/curl/scenario.sh http://127.0.0.1:8001
#
# Set KUZU_API_KEY if the server asks for a key; the admin API asks for none.
set -euo pipefail
api=${1:-http://127.0.0.1:8001}
mock=$api/__mock
say() { curl -sS -H 'Content-Type: application/json' "$@" && echo; }
ask() { say -w '\nstatus %{http_code}' -H "X-Kuzu-API-Key: ${KUZU_API_KEY-}" "$@"; }
query='{"database": "g", "cypher": "RETURN 1"}'

echo '--- start from nothing'
say -X POST "$mock/reset"
ask "$api/databases" -d '{"graph_id": "g"}'

echo '--- script: the query is refused once, and answered once'
say --fail-with-body "$mock/rules" -d '{
  "name": "script",
  "match": {"operation": "queryDatabase", "graph": "g", "cypher": "RETURN 1"},
  "times": 2,
  "replies": [
    {"status": 503, "json": {"detail": {"error": "busy", "retry_after": 1}}},
    {"json": {"columns": ["1"], "data": [{"1": 41}], "row_count": 1, "execution_time_ms": 1, "database": "g"}}
  ]
}'

echo '--- fault: the third answer is the engine'"'"'s, and breaks off'
say --fail-with-body "$mock/rules" -d '{
  "name": "lost",
  "match": {"cypher_pattern": "^RETURN 1"},
  "skip": 2,
  "times": 1,
  "fault": {"kind": "reset_in_body", "after_bytes": 12}
}'

echo '--- use them'
ask "$api/databases/g/query" -d "$query"
ask "$api/databases/g/query" -d "$query"
ask "$api/databases/g/query" -d "$query" || echo "curl ends with $?"
ask "$api/databases/g/query" -d "$query"

echo '--- a quirk: columns named after the text, as the deployed server does'
say --fail-with-body -X PUT "$mock/quirks" -d '{"quirks": ["text-columns"]}'
ask "$api/databases/g/query" -d '{"database": "g", "cypher": "RETURN 1;"}'

echo '--- an example of the API document'
ask "$api/databases/g/query" -d "$query" -H 'Prefer: code=404'

echo '--- a rule that could never match is refused'
say "$mock/rules" -d '{"match": {"operation": "query"}, "fault": {"kind": "explode"}}'
say "$mock/rules" -d '{"match": {"operation": "query"}, "times": 1, "replies": [{}, {"example": "none"}]}'

echo '--- the record: six requests asked this, three of them ran it'
say -G "$mock/requests" --data-urlencode 'cypher=RETURN 1' | sed -E 's/\},\{"id"/},\n{"id"/g'
say "$mock/rules/lost"

echo '--- and back'
say -X POST "$mock/reset"
