#!/usr/bin/env bash
# The API with nothing but curl: create a graph, load a file, follow the task, ask,
# stream, see an error, delete. Run it against a server whose data directory is
# examples/curl/data:
#
#   go run ./cmd/kuzu-mock -data examples/curl/data
#   examples/curl/walk.sh http://127.0.0.1:8001
#
# Set KUZU_API_KEY if the server asks for a key.
set -euo pipefail
api=${1:-http://127.0.0.1:8001}
graph=walk
ask() { curl -sS --fail-with-body -H 'Content-Type: application/json' -H "X-Kuzu-API-Key: ${KUZU_API_KEY-}" "$@" && echo; }

echo '--- create a graph with a table'
ask "$api/databases" -d "{\"graph_id\": \"$graph\", \"schema_type\": \"custom\",
  \"custom_schema_ddl\": \"CREATE NODE TABLE Person(id INT64, name STRING, creationDate INT64, PRIMARY KEY(id))\"}"

echo '--- load a CSV file in the background'
answer=$(ask "$api/databases/$graph/ingest" -d '{"bucket": "people", "files": ["Person.csv"]}')
echo "$answer"
monitor=$(sed -E 's/.*"monitor_url":"([^"]*)".*/\1/' <<< "$answer")

echo '--- follow the task until it has ended'
ask -N "$api$monitor"

echo '--- run Cypher'
ask "$api/databases/$graph/query" -d "{\"database\": \"$graph\", \"cypher\": \"MATCH (n) RETURN count(n)\"}"

echo '--- stream the same'
ask -N "$api/databases/$graph/query?streaming=true" -d "{\"database\": \"$graph\", \"cypher\": \"MATCH (n) RETURN count(n)\"}"

echo '--- an error, with what is wrong and where'
ask "$api/databases/$graph/query" -d '{"cypher": "RETURN 1"}' 2> /dev/null || echo

echo '--- delete the graph'
ask "$api/databases/$graph" -X DELETE
