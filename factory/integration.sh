#!/usr/bin/env bash
# Runs the factory's tests against Redis, DynamoDB Local and moto's Secrets
# Manager, on free ports of the loopback. Installs what is missing, as root on
# Debian, and stops what it started.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$PWD/.bin/integration
mkdir -p "$tools"

DYNAMODB_LOCAL_VERSION=2.6.1 # runs on Java 17
MOTO_VERSION=5.2.5

missing=()
command -v redis-server >/dev/null || missing+=(redis-server)
command -v java >/dev/null || missing+=(default-jre-headless)
command -v mvn >/dev/null || missing+=(maven)
python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3-venv)
if ((${#missing[@]})); then
	apt-get update -q && apt-get install -yq --no-install-recommends "${missing[@]}"
fi

jars=$tools/dynamodb-local-$DYNAMODB_LOCAL_VERSION
if [ ! -f "$jars/complete" ]; then
	mkdir -p "$jars"
	cat >"$jars/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>dynamodb</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>com.amazonaws</groupId><artifactId>DynamoDBLocal</artifactId><version>$DYNAMODB_LOCAL_VERSION</version></dependency>
  </dependencies>
</project>
POM
	mvn -q -B -f "$jars/pom.xml" dependency:copy-dependencies -DoutputDirectory="$jars/lib"
	touch "$jars/complete"
fi

moto=$tools/moto-$MOTO_VERSION
if [ ! -f "$moto/complete" ]; then
	python3 -m venv "$moto"
	"$moto/bin/pip" install -q "moto[server,secretsmanager]==$MOTO_VERSION"
	touch "$moto/complete"
fi

started=()
stop() {
	for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
	wait 2>/dev/null || true
}
trap stop EXIT

# free prints a port that nobody listens on.
free() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# await PORT NAME waits until a server listens.
await() {
	for _ in $(seq 300); do
		(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
		sleep 0.2
	done
	echo "$2 does not listen on port $1; its output is in $tools/$2.log" >&2
	return 1
}

redis=$(free)
redis-server --port "$redis" --bind 127.0.0.1 --save '' --appendonly no --dir "$tools" >"$tools/redis.log" 2>&1 &
started+=($!)
dynamodb=$(free)
java -Djava.library.path="$jars/lib" -cp "$jars/lib/*" com.amazonaws.services.dynamodbv2.local.main.ServerRunner \
	-inMemory -disableTelemetry -port "$dynamodb" >"$tools/dynamodb.log" 2>&1 &
started+=($!)
secrets=$(free)
"$moto/bin/moto_server" -H 127.0.0.1 -p "$secrets" >"$tools/moto.log" 2>&1 &
started+=($!)
await "$redis" redis
await "$dynamodb" dynamodb
await "$secrets" moto

export KUZU_TEST_REDIS=127.0.0.1:$redis
export KUZU_TEST_DYNAMODB=http://127.0.0.1:$dynamodb
export KUZU_TEST_SECRETS=http://127.0.0.1:$secrets
go test -count=1 -timeout 10m "$@" ./factory
