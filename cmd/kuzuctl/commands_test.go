package main

import (
	"slices"
	"strings"
	"testing"
)

// line is a command line with its exit code; what it prints is in testdata.
type line struct {
	name  string
	args  []string
	stdin string
	code  int
}

func (w *world) lines(lines ...line) {
	w.Helper()
	for _, l := range lines {
		inner := *w
		w.Run(l.name, func(t *testing.T) {
			inner.T = t
			inner.golden(l.name, l.code, inner.run(l.stdin, l.args...))
		})
	}
}

const people = "MATCH (p:Person) RETURN p.id AS id, p.name AS name"

func TestQuery(t *testing.T) {
	w := newWorld(t)
	file := w.file("people.cypher", people+";\n")
	params := w.file("params.json", `{"x": 123456789012345, "y": "five"}`)
	both := "RETURN $x AS x, $y AS y"
	w.lines(
		line{"query-table", []string{"query", "-g", "social", people}, "", 0},
		line{"query-json", []string{"query", "-g", "social", "-o", "json", people}, "", 0},
		line{"query-ndjson", []string{"query", "-g", "social", "-o", "ndjson", people}, "", 0},
		line{"query-csv", []string{"query", "-g", "social", "-o", "csv", people}, "", 0},
		line{"query-file", []string{"query", "-g", "social", "-f", file}, "", 0},
		line{"query-stdin", []string{"query", "-g", "social"}, people, 0},
		line{"query-url", []string{"query", "--url", w.url, "-g", "social", "-"}, people, 0},
		line{"query-values", []string{"query", "-g", "social", "RETURN 0.0/0.0 AS n, [1, 2] AS l"}, "", 0},
		line{"query-parameters", []string{"query", "-g", "social", "-p", "x=5", "-p", "y=five", both}, "", 0},
		line{"query-typed", []string{"query", "-g", "social", "-p", "x:string=5", "-p", "y:float=5", both}, "", 0},
		line{"query-params-file", []string{"query", "-g", "social", "--params", params, "-p", "y=[1,2.5,null]", both}, "", 0},
		line{"query-unbound", []string{"query", "-g", "social", both}, "", 12},
		line{"query-no-integer", []string{"query", "-g", "social", "-p", "x:int=five", both}, "", 2},
		line{"query-no-type", []string{"query", "-g", "social", "-p", "x:date=5", both}, "", 2},
		line{"query-no-value", []string{"query", "-g", "social", "-p", "x", both}, "", 2},
		line{"query-syntax", []string{"query", "-g", "social", "MATCH (n) RETURN m"}, "", 10},
		line{"query-no-graph-named", []string{"query", people}, "", 2},
		line{"query-unknown-graph", []string{"query", "-g", "nowhere", people}, "", 15},
		line{"query-bad-graph", []string{"query", "-g", "no where", people}, "", 12},
		line{"query-no-file", []string{"query", "-g", "social", "-f", "does/not/exist"}, "", 1},
		line{"query-twice", []string{"query", "-g", "social", "-f", file, people}, "", 2},
	)
}

func TestStream(t *testing.T) {
	w := newWorld(t)
	var rows [][]any
	for n := range 2500 {
		rows = append(rows, []any{int64(n)})
	}
	w.engine.Answer("MATCH (n) RETURN n.id AS id", []string{"id"}, rows...)
	w.engine.Answer("MATCH (n) WHERE false RETURN n.id AS id", []string{"id"})
	w.lines(
		line{"stream-ndjson", []string{"stream", "-g", "social", people}, "", 0},
		line{"stream-json", []string{"stream", "-g", "social", "-o", "json", people}, "", 0},
		line{"stream-csv", []string{"stream", "-g", "social", "-o", "csv", people}, "", 0},
		line{"stream-table", []string{"stream", "-g", "social", "-o", "table", people}, "", 0},
		line{"stream-nothing", []string{"stream", "-g", "social", "-o", "csv", "MATCH (n) WHERE false RETURN n.id AS id"}, "", 0},
		line{"stream-syntax", []string{"stream", "-g", "social", "MATCH (n) RETURN m"}, "", 10},
	)
	r := w.run("", "stream", "-g", "social", "-o", "csv", "MATCH (n) RETURN n.id AS id")
	if got := strings.Count(r.stdout, "\n"); got != 2501 || r.code != 0 {
		t.Errorf("%d lines of 2501, exit code %d: %s", got, r.code, r.stderr)
	}
}

func TestServer(t *testing.T) {
	w := newWorld(t)
	w.lines(
		line{"info", []string{"info"}, "", 0},
		line{"db-list", []string{"db", "list"}, "", 0},
		line{"db-metrics", []string{"db", "metrics", "social", "-o", "json"}, "", 0},
		line{"db-metrics-unknown", []string{"db", "metrics", "nowhere"}, "", 15},
		line{"db-two-graphs", []string{"db", "metrics", "-g", "social", "other"}, "", 2},
		line{"db-delete-unsure", []string{"db", "delete", "social"}, "", 2},
		line{"db-create", []string{"db", "create", "newer", "--ddl", w.file("new.ddl", "CREATE NODE TABLE T(id INT64, PRIMARY KEY(id));")}, "", 0},
		line{"db-create-again", []string{"db", "create", "newer"}, "", 16},
		line{"db-delete", []string{"db", "delete", "newer", "--yes"}, "", 0},
		line{"db-nothing", []string{"db"}, "", 2},
		line{"schema-show", []string{"schema", "show", "-g", "social"}, "", 0},
	)
	r := w.run("", "db", "info", "social", "-o", "ndjson")
	if r.code != 0 || !strings.Contains(r.stdout, `{"graph":"social","path":"/scripted/social.kuzu","size_bytes":4096,"read_only":false,"healthy":true,`) {
		t.Errorf("db info: %+v", r)
	}
	r = w.run("", "health", "-o", "json")
	if r.code != 0 || !strings.HasPrefix(r.stdout, `{"status":"healthy","uptime":"`) {
		t.Errorf("health: %+v", r)
	}
	r = w.run("", "version", "-o", "json")
	if r.code != 0 || !strings.Contains(r.stdout, `"go":"go1.`) {
		t.Errorf("version: %+v", r)
	}
}

func TestApplySchema(t *testing.T) {
	w := newWorld(t)
	good := w.file("good.ddl", "CREATE NODE TABLE City(name STRING, PRIMARY KEY(name));\nCREATE REL TABLE In(FROM Person TO City);\n")
	bad := w.file("bad.ddl", "CREATE NODE TABLE City(name STRING, PRIMARY KEY(name));\nMATCH (n) DELETE n;\n")
	w.lines(
		line{"schema-dry", []string{"schema", "apply", "-g", "social", good, "--dry-run"}, "", 0},
		line{"schema-apply", []string{"schema", "apply", "-g", "social", good}, "", 0}, // the dry run has left it to do
		line{"schema-dry-bad", []string{"schema", "apply", "-g", "social", bad, "--dry-run"}, "", 12},
		line{"schema-apply-bad", []string{"schema", "apply", "-g", "social", bad}, "", 12},
		line{"schema-no-file", []string{"schema", "apply", "-g", "social", "does/not/exist"}, "", 1},
	)
}

func TestCommandLine(t *testing.T) {
	w := newWorld(t)
	w.lines(
		line{"help", []string{"--help"}, "", 0},
		line{"help-nothing", []string{}, "", 0},
		line{"help-exit-codes", []string{"help", "exit-codes"}, "", 0},
		line{"unknown-command", []string{"ask"}, "", 2},
		line{"unknown-flag", []string{"health", "--fast"}, "", 2},
		line{"unknown-format", []string{"health", "-o", "xml"}, "", 2},
		line{"bad-url", []string{"health", "--url", "localhost:8001"}, "", 2},
		line{"bad-timeout", []string{"health", "--timeout", "-1s"}, "", 2},
		line{"no-key-file", []string{"health", "--key-file", "does/not/exist"}, "", 29},
	)
	w.vars["KUZU_CLIENT_TIMEOUT"] = "soon"
	w.vars["ENVIRONMENT"] = "Prod!"
	w.lines(line{"bad-environment", []string{"health"}, "", 29})
}

// TestHelp holds every command to an example and an explanation.
func TestHelp(t *testing.T) {
	a := &app{stdout: newOutput(&strings.Builder{})}
	for _, path := range commandPaths(a) {
		w := &world{T: t}
		r := w.run("", append(strings.Fields(path), "--help")...)
		if r.code != 0 || r.stderr != "" {
			t.Errorf("%s --help: exit code %d, %s", path, r.code, r.stderr)
		}
		if path != "exit-codes" && !strings.Contains(r.stdout, "\nExamples:\n  ") {
			t.Errorf("the help of %q has no examples:\n%s", path, r.stdout)
		}
	}
}

func commandPaths(a *app) []string {
	var paths []string
	queue := a.root().Commands()
	for len(queue) > 0 {
		cmd := queue[0]
		queue = append(queue[1:], cmd.Commands()...)
		paths = append(paths, strings.TrimPrefix(cmd.CommandPath(), "kuzuctl "))
	}
	slices.Sort(paths)
	return paths
}

func TestCompletions(t *testing.T) {
	w := newWorld(t)
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if r := w.run("", "completion", shell); r.code != 0 || !strings.Contains(r.stdout, "kuzuctl") {
			t.Errorf("completion %s: exit code %d, %s", shell, r.code, r.stderr)
		}
	}
	if r := w.run("", "__complete", "query", "-o", ""); !strings.HasPrefix(r.stdout, "table\njson\nndjson\ncsv\n") {
		t.Errorf("formats complete to %q", r.stdout)
	}
}
