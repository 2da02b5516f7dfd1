package main

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/dynamo"
)

// fleetFailures show what each kind of failure prints, and its exit code.
var fleetFailures = []fleetCase{
	{name: "no-file", line: `query -g $GRAPH -f $DIR/nowhere.cypher`, code: 1},
	{name: "from-no-page", line: `fleet status --from $URL`, code: 1},
	{name: "doctor-ill", line: `doctor`, code: 1, before: func(w *fleetWorld) { w.fleet.Writers("premium")[0].Kill(); w.fleet.StopRedis() }},
	{name: "address-taken", line: `fleet dashboard --listen $TAKEN`, code: 1, before: func(w *fleetWorld) { w.names["TAKEN"] = w.writer().URL[len("http://"):] }},

	{name: "no-command", line: `route`, code: 2},
	{name: "unknown-command", line: `querry -g $GRAPH who`, code: 2},
	{name: "unknown-subcommand", line: `db remove $GRAPH`, code: 2},
	{name: "unknown-flag", line: `query -g $GRAPH --fast who`, code: 2},
	{name: "unknown-format", line: `fleet status -o xml`, code: 2},
	{name: "no-argument", line: `task status -g $GRAPH`, code: 2},
	{name: "no-graph", line: `query who`, code: 2},
	{name: "many-servers", line: `health`, code: 2},
	{name: "unsure", line: `db delete $GRAPH`, code: 2},
	{name: "no-interval", line: `fleet status --watch --interval 0s`, code: 2},

	{name: "syntax", line: `query -g $GRAPH "MATCH (n) RETURN m"`, code: 10},
	{name: "syntax-stream", line: `stream -g $GRAPH "MATCH (n) RETURN m"`, code: 10},
	{name: "execution", line: `query -g $GRAPH "CREATE (:Person {id: 1})"`, code: 11},
	{name: "task-failed", line: `copy -g $GRAPH s3://data/Twice.csv Person`, code: 11},
	{name: "schema-half", line: `db create kgfedcba9876543210 --ddl $DDL`, code: 11},
	{name: "bad-id", line: `route explain no.id`, code: 12},
	{name: "unbound", line: `query -g $GRAPH "RETURN $x AS x, $y AS y"`, code: 12},
	{name: "schema-bad", line: `schema apply -g $GRAPH $BAD`, code: 12},
	{name: "schema-bad-dry", line: `schema apply -g $GRAPH $BAD --dry-run`, code: 12},
	{name: "schema-there-dry", line: `schema apply -g $GRAPH $TWICE --dry-run`, code: 10},
	{name: "schema-there", line: `schema apply -g $GRAPH $TWICE`, code: 10},
	{name: "schema-missing-dry", line: `schema apply -g sec $DDL --dry-run`, code: 10},
	{name: "wrong-key", line: `query -g $GRAPH who`, code: 13, before: func(w *fleetWorld) { w.vars["KUZU_API_KEY"] = "kuzu_test_of_another_fleet" }},
	{name: "no-key", line: `db list --url $URL`, code: 13, before: func(w *fleetWorld) { w.vars["KUZU_API_KEY"] = "" }},
	{name: "read-only", line: `db delete $GRAPH --yes --url $REPLICA`, code: 14},
	{name: "wrong-server", line: `query --url $REPLICA -g $GRAPH "RETURN who"`, code: 15},
	{name: "unknown-task", line: `task wait -g $GRAPH ingest_none`, code: 15},
	{name: "graph-exists", line: `db create $GRAPH`, code: 16},
	{name: "restore-exists", line: `restore -g $GRAPH $ZIP`, code: 16, before: (*fleetWorld).keepBackup},
	{name: "too-large", line: `query -g $GRAPH who`, code: 17, before: func(w *fleetWorld) { w.answers(http.StatusRequestEntityTooLarge) }},
	{name: "throttled", line: `query -g $GRAPH who`, code: 18, before: func(w *fleetWorld) { w.answers(http.StatusTooManyRequests) }},
	{name: "locked-out", line: `query -g $GRAPH who`, code: 19, before: (*fleetWorld).lockOut},
	{name: "server-down", line: `query -g $GRAPH who`, code: 20, before: func(w *fleetWorld) { w.writer().Kill() }},
	{name: "server-down-url", line: `health --url $URL`, code: 20, before: func(w *fleetWorld) { w.writer().Kill() }},
	{name: "no-replica", line: `query -g sec who`, code: 20, before: func(w *fleetWorld) { w.fleet.KillReplicas(); w.vars["ALLOW_SHARED_MASTER_READS"] = "false" }},
	{name: "no-registry", line: `fleet status`, code: 20, before: func(w *fleetWorld) { w.fleet.FailRegistry() }},
	{name: "no-redis", line: `route invalidate $GRAPH`, code: 20, before: func(w *fleetWorld) { w.fleet.StopRedis() }},
	{name: "overloaded", line: `query -g $GRAPH who`, code: 20, before: func(w *fleetWorld) { w.do(w.writer().Server.SetLoad(mockserver.Load{MemoryPercent: 99})) }},
	{name: "breaker-open", line: `query -g $GRAPH who`, code: 21, before: func(w *fleetWorld) {
		w.writer().Kill()
		w.vars["KUZU_CLIENT_MAX_RETRIES"], w.vars["KUZU_CIRCUIT_BREAKER_THRESHOLD"] = "3", "1"
	}},
	{name: "timeout", line: `query -g $GRAPH --url $URL --timeout 1s who`, code: 22, before: func(w *fleetWorld) { w.writer().Freeze() }},
	{name: "timeout-registry", line: `query -g $GRAPH --timeout 50ms who`, code: 22, before: func(w *fleetWorld) { w.fleet.SlowRegistry(time.Hour) }},
	{name: "no-room", line: `db create kgfedcba9876543210 --tier enterprise`, code: 23, before: func(w *fleetWorld) {
		if r := w.run("", "db", "create", "kg0000000000000001", "--tier", "enterprise"); r.code != 0 {
			w.Fatalf("%+v", r)
		}
	}},
	{name: "no-ingest", line: `ingest -g $GRAPH --bucket data Person.csv`, code: 24, before: (*fleetWorld).asDeployed},
	{name: "no-backup", line: `backup -g $GRAPH $DIR/graph.zip`, code: 24, before: (*fleetWorld).asDeployed},
	{name: "row-cap", line: `query -g $GRAPH -o csv "RETURN many"`, code: 25, only: firstLine, before: (*fleetWorld).asDeployed},
	{name: "cut-stream", line: `stream -g $GRAPH "RETURN many"`, code: 25, only: firstLine, before: func(w *fleetWorld) {
		w.fault(mockserver.Fault{Kind: mockserver.FaultTruncatedLine, AfterLines: 2})
	}},
	{name: "not-the-server", line: `query -g $GRAPH "RETURN who"`, code: 26, before: func(w *fleetWorld) {
		w.fault(mockserver.Fault{Kind: mockserver.FaultContentType, ContentType: "text/html"})
	}},
	{name: "server-fails", line: `query -g $GRAPH who`, code: 27, before: func(w *fleetWorld) { w.answers(http.StatusInternalServerError) }},
	{name: "unknown-graph", line: `query -g kgffffffffffffffff who`, code: 28},
	{name: "unknown-graph-explained", redis: true, line: `route explain kgffffffffffffffff`, code: 28},
	{name: "instance-gone", line: `query -g $GRAPH who`, code: 20, before: func(w *fleetWorld) { w.do(w.fleet.SetStatus(w.writer().ID, "terminated")) }},
	{name: "bad-environment", line: `fleet status`, code: 29, before: func(w *fleetWorld) { w.vars["KUZU_CACHE_TTL"], w.vars["VALKEY_URL"] = "soon", "localhost" }},
	{name: "no-table", line: `fleet status`, code: 29, before: func(w *fleetWorld) { w.vars["KUZU_INSTANCE_REGISTRY_TABLE"] = "elsewhere" }},
	{name: "public-address", line: `query -g $GRAPH who`, code: 28, before: func(w *fleetWorld) {
		table, _ := w.fleet.Tables()
		item := w.fleet.Registry().Get(table, w.writer().ID)
		item["endpoint_url"], item["private_ip"] = dynamo.String("http://192.0.2.1:8001"), dynamo.String("192.0.2.1")
		w.fleet.Registry().Put(table, item)
	}},
	{name: "interrupted", line: `query -g $GRAPH "RETURN never"`, code: 130, before: (*fleetWorld).interruptQuery},
	{name: "interrupted-task", line: `ingest -g $GRAPH --bucket data Person.csv`, code: 130, until: "task ingest_", before: (*fleetWorld).holdTasks},
}

func TestFailuresOnFleet(t *testing.T) { runFleetCases(t, fleetFailures) }

// TestEveryExitCodeOnFleet finds kinds of errors that no case meets.
func TestEveryExitCodeOnFleet(t *testing.T) {
	for kind, code := range exitCodes {
		if !slices.ContainsFunc(fleetFailures, func(c fleetCase) bool { return c.code == code }) {
			t.Errorf("no case of fleetFailures ends with %d, %v", code, kind)
		}
	}
}

// answers has every call about the user's graph answered with a status.
func (w *fleetWorld) answers(status int) {
	w.Helper()
	w.fault(mockserver.Fault{Kind: mockserver.FaultStatus, Status: status})
}

func (w *fleetWorld) asDeployed() {
	w.Helper()
	w.do(w.writer().Server.SetQuirks(mockserver.QuirksDeployed))
}

// interruptQuery has a query interrupted while it runs, of which there is no end.
func (w *fleetWorld) interruptQuery() {
	ended := make(chan struct{})
	w.Cleanup(func() { close(ended) }) // before the fleet's own
	w.engine.Handle("RETURN never", func(mockserver.Call) (mockserver.Answer, error) {
		w.interrupt()
		<-ended
		return mockserver.Answer{}, errors.New("Interrupted.")
	})
}

// holdTasks has nobody hear of tasks that run.
func (w *fleetWorld) holdTasks() {
	w.Helper()
	for _, operation := range []string{"monitorTask", "getTask"} {
		w.do(w.writer().Server.AddRules(mockserver.Rule{
			Match: mockserver.Match{Operation: operation},
			Fault: &mockserver.Fault{Kind: mockserver.FaultLatency, Delay: mockserver.Duration(time.Hour)},
		}))
	}
}

// lockOut sends so many wrong keys that right ones are refused as well.
func (w *fleetWorld) lockOut() {
	w.Helper()
	key := w.vars["KUZU_API_KEY"]
	w.vars["KUZU_API_KEY"] = "kuzu_test_of_another_fleet"
	for range 10 {
		if r := w.run("", w.words("db list --url $URL")...); r.code == 0 {
			w.Fatalf("a wrong key: %+v", r)
		}
	}
	w.vars["KUZU_API_KEY"] = key
}
