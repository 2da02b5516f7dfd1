package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	firstLine = regexp.MustCompile(`\A.*`)
	magic     = regexp.MustCompile(`\APK`)
)

// fleetCommands show every command at work on a fleet.
var fleetCommands = []fleetCase{
	{name: "health-graph", line: `health -g $GRAPH`},
	{name: "health-url", line: `health --url $URL -o json`},
	{name: "health-master", line: `health -g sec -o ndjson`},
	{name: "info-graph", line: `info -g $GRAPH`},
	{name: "info-replica", line: `info --url $REPLICA -o json`},
	{name: "version", line: `version`},

	{name: "query-table", line: `query -g $GRAPH "MATCH (p:Person) RETURN p.id AS id, p.name AS name"`},
	{name: "query-json", line: `query -g $GRAPH -o json -f $QUERY`},
	{name: "query-ndjson", line: `query -g $GRAPH -o ndjson -f $QUERY`},
	{name: "query-csv", line: `query -g $GRAPH -o csv -`, stdin: people},
	{name: "query-parameters", line: `query -g $GRAPH --params $PARAMS -p y:string=6 "RETURN $x AS x, $y AS y"`},
	{name: "query-shared", line: `query -g sec -o csv "RETURN who"`, before: func(w *fleetWorld) { w.fleet.Replicas()[0].Kill(); w.fleet.CheckReplicas(w.Context()) }},
	{name: "query-failover", line: `query -g sec "RETURN who"`, before: func(w *fleetWorld) { w.fleet.KillReplicas(); w.vars["KUZU_CLIENT_MAX_RETRIES"] = "3" }},
	{name: "query-registry-away", redis: true, line: `query -g $GRAPH "RETURN who"`, before: func(w *fleetWorld) { w.warm(); w.fleet.FailRegistry() }},
	{name: "stream", line: `stream -g $GRAPH -f $QUERY`},
	{name: "stream-table", line: `stream -g $GRAPH -o table -f -`, stdin: people},

	{name: "shell", line: `shell -g $GRAPH`, stdin: ":tables\n" + people + ";\n:use sec\nRETURN who;"},

	{name: "graph-plot", line: `graph plot -g $GRAPH --out $DIR/friends.svg "MATCH (a)-[r]->(b) RETURN a, r, b"`},
	{name: "graph-plot-nothing", line: `graph plot -g $GRAPH --out does/not/exist.svg "MATCH (p:Person) RETURN p.id AS id, p.name AS name"`, code: 12},

	{name: "db-list", line: `db list -g $GRAPH`},
	{name: "db-create", line: `db create kgfedcba9876543210 --tier standard --ddl $NEW`},
	{name: "db-create-premium", line: `db create kgfedcba9876543210 --tier premium -o csv`},
	{name: "db-delete", line: `db delete $GRAPH --yes`},
	{name: "db-info", line: `db info $GRAPH`},
	{name: "db-metrics", line: `db metrics $GRAPH -o csv`, before: (*fleetWorld).startTask},
	{name: "schema-show", line: `schema show -g $GRAPH`},
	{name: "schema-apply", line: `schema apply -g $GRAPH $DDL`},
	{name: "schema-apply-dry", line: `schema apply -g $GRAPH $ALL --dry-run`},
	{name: "schema-apply-dry-deployed", line: `schema apply -g $GRAPH $ALL --dry-run -o csv`, before: (*fleetWorld).asDeployed},

	{name: "ingest", line: `ingest -g $GRAPH --bucket data Person.csv`},
	{name: "ingest-detach", line: `ingest -g $GRAPH --bucket data Person.csv --detach`},
	{name: "copy", line: `copy -g $GRAPH s3://data/Person.csv Person`},
	{name: "copy-credentials", line: `copy -g $GRAPH s3://data/Person.csv Person --with-credentials -o ndjson`},
	{name: "backup", line: `backup -g $GRAPH $DIR/graph.zip`},
	{name: "backup-stdout", line: `backup -g $GRAPH -`, only: magic},
	{name: "backup-on-server", line: `backup -g $GRAPH --on-server`},
	{name: "restore", line: `restore -g $GRAPH --overwrite $ZIP`, before: (*fleetWorld).keepBackup},
	{name: "task-list", line: `task list -g $GRAPH --status completed`, before: (*fleetWorld).startTask},
	{name: "task-status", line: `task status -g $GRAPH $TASK`, before: (*fleetWorld).startTask},
	{name: "task-watch", line: `task watch --url $URL $TASK -o table`, before: (*fleetWorld).startTask},
	{name: "task-wait", line: `task wait -g $GRAPH $TASK -o csv`, before: (*fleetWorld).startTask},

	{name: "route-read-shared", redis: true, line: `route explain sec`},
	{name: "route-write-shared", redis: true, line: `route explain sec --write`},
	{name: "route-from-master", redis: true, line: `route explain sec --from-master -o csv`},
	{name: "route-user", redis: true, line: `route explain $GRAPH`},
	{name: "route-json", redis: true, line: `route explain $GRAPH -o json`},
	{name: "route-warm", redis: true, line: `route explain -g $GRAPH`, before: (*fleetWorld).warm},
	{name: "route-invalidate", line: `route invalidate $GRAPH`},
	{name: "fleet-status", line: `fleet status`},
	{name: "fleet-status-from", line: `fleet status -o csv --from $PAGE`, before: (*fleetWorld).statusPage},
	{name: "fleet-status-ill", line: `fleet status -o csv`, before: func(w *fleetWorld) {
		w.fleet.Writers("premium")[0].Kill()
		w.do(w.fleet.SetStatus(w.fleet.Writers("enterprise")[0].ID, "unhealthy"))
	}},
	{name: "fleet-status-watch", line: `fleet status --watch --interval 1h -o csv`, until: "\nreplicas,"},
	{name: "fleet-dashboard", line: `fleet dashboard --listen 127.0.0.1:0`, until: "status page at"},
	{name: "doctor", line: `doctor`},
	{name: "doctor-json", line: `doctor -o json`},

	{name: "completion-bash", line: `completion bash`, only: firstLine},
	{name: "completion-zsh", line: `completion zsh`, only: firstLine},
	{name: "completion-fish", line: `completion fish`, only: firstLine},
	{name: "completion-powershell", line: `completion powershell`, only: firstLine},
	{name: "help", line: `help route explain`},
	{name: "help-exit-codes", line: `help exit-codes`},
}

func TestCommandsOnFleet(t *testing.T) { runFleetCases(t, fleetCommands) }

// TestEveryCommandOnFleet finds commands that no case runs.
func TestEveryCommandOnFleet(t *testing.T) {
	root := (&app{stdout: newOutput(&strings.Builder{})}).root()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	var run []string
	for _, c := range fleetCommands {
		run = append(run, commandOf(root, (&fleetWorld{}).words(c.line)))
	}
	for _, leaf := range leaves(root) {
		if leaf != "exit-codes" && !slices.Contains(run, leaf) { // which is a page of help only
			t.Errorf("no case of fleetCommands runs kuzuctl %s", leaf)
		}
	}
}
