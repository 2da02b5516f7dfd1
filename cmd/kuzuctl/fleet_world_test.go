package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/spf13/cobra"

	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/fleet"
	"github.com/robosystems/kuzuclient/resilience"
	"github.com/robosystems/kuzuclient/resilience/page"
)

// fleetCase is a command line, run on a fleet of its own. In it and in what goes
// to stdin stand $GRAPH, $URL and the other names of fleetWorld.names.
type fleetCase struct {
	name, line string // what it prints is in testdata/fleet/NAME.txt
	code       int
	stdin      string
	config     func(*fleet.Config)
	before     func(*fleetWorld) // what happens first
	until      string            // what it has printed when it is interrupted; "": it ends by itself
	only       *regexp.Regexp    // what of stdout is compared; nil: all
	redis      bool              // Redis has to answer within its 50 ms, or the case is run again
}

// fleetWorld is a fleet whose first standard writer has a user's graph, and whose
// shared master has sec.
type fleetWorld struct {
	*world
	fleet     *fleet.Fleet
	names     map[string]string
	interrupt context.CancelFunc // Ctrl-C
}

// newFleetCase starts a fleet in which files can be loaded.
func newFleetCase(t *testing.T, config func(*fleet.Config)) *fleetWorld {
	t.Helper()
	w := &fleetWorld{world: &world{T: t, data: t.TempDir()}}
	cfg := fleet.DefaultConfig()
	cfg.DataRoot, cfg.APIKey = w.data, "kuzu_test_0123456789abcdef"
	cfg.Engine = func(instance string) (mockserver.Engine, error) { return fleetEngine(instance), nil }
	if config != nil {
		config(&cfg)
	}
	var err error
	if w.fleet, err = fleet.Start(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.fleet.Close() })
	w.vars = w.fleet.Env()
	for name, value := range w.vars { // the SDK of AWS reads the process's own
		t.Setenv(name, value)
	}
	w.vars["KUZU_CLIENT_MAX_RETRIES"] = "0"
	writer := w.fleet.Writers("standard")[0]
	w.engine, _ = writer.Engine.(*mockserver.Scripted)
	w.do(w.fleet.Place(t.Context(), userGraph, writer.ID))
	w.do(writer.Engine.Apply(t.Context(), userGraph, []string{
		"CREATE NODE TABLE Person(id INT64, name STRING, PRIMARY KEY(id))",
		"CREATE REL TABLE Knows(FROM Person TO Person, since INT64)",
	}))
	w.do(w.fleet.Place(t.Context(), "sec", w.fleet.Master().ID))
	w.do(w.fleet.SyncReplicas(t.Context()))
	w.file("data/Person.csv", "1,Ada\n2,Bob\n")
	w.file("data/Twice.csv", "7,Ada\n7,Bob\n")
	w.names = map[string]string{
		"GRAPH": userGraph, "URL": writer.URL, "REPLICA": w.fleet.Replicas()[0].URL, "DIR": w.data,
		"QUERY":  w.file("people.cypher", people+";\n"),
		"PARAMS": w.file("params.json", `{"x": 5, "y": [1, 2.5, null]}`),
		"DDL":    w.file("city.ddl", "CREATE NODE TABLE City(name STRING, PRIMARY KEY(name));\nCREATE REL TABLE In(FROM Person TO City);\n"),
		"NEW":    w.file("new.ddl", "CREATE NODE TABLE City(name STRING, PRIMARY KEY(name));\n"),
		"ALL": w.file("all.ddl", `CREATE NODE TABLE IF NOT EXISTS Person(id INT64, name STRING, PRIMARY KEY(id));
CREATE REL TABLE IF NOT EXISTS Knows(FROM Person TO Person, since DATE, place STRING);
CREATE NODE TABLE City(name STRING, PRIMARY KEY(name));
CREATE REL TABLE LivesIn(FROM Person TO City);
COMMENT ON TABLE City IS 'or town';
`),
		"TWICE": w.file("twice.ddl", "CREATE NODE TABLE City(name STRING PRIMARY KEY);\nCREATE NODE TABLE Person(id STRING, PRIMARY KEY(name));\n"),
		"BAD":   w.file("bad.ddl", "MATCH (n) DELETE n;\n"),
	}
	return w
}

func fleetEngine(instance string) *mockserver.Scripted {
	engine := mockserver.NewScripted()
	engine.Answer("RETURN who", []string{"who"}, []any{instance})
	engine.Answer("RETURN 1 AS one", []string{"one"}, []any{int64(1)})
	engine.Answer(people, []string{"id", "name"}, []any{int64(9007199254740993), "Ada"}, []any{int64(2), nil})
	engine.Handle("RETURN $x AS x, $y AS y", func(c mockserver.Call) (mockserver.Answer, error) {
		return mockserver.Answer{Columns: []string{"x", "y"}, Rows: [][]any{{c.Parameters["x"], c.Parameters["y"]}}}, nil
	})
	engine.Handle("MATCH (n) RETURN m", func(mockserver.Call) (mockserver.Answer, error) {
		return mockserver.Answer{}, errors.New("Binder exception: Variable m is not in scope.")
	})
	engine.Handle("CREATE (:Person {id: 1})", func(mockserver.Call) (mockserver.Answer, error) {
		return mockserver.Answer{}, errors.New("Runtime exception: Found duplicated primary key value 1, which violates the uniqueness constraint of the primary key column.")
	})
	ada, bob := person(0, "Ada"), person(1, "Bob")
	engine.Answer(friends, []string{"a", "r", "b"}, []any{ada, rel(0, "Knows", ada.ID, bob.ID), bob})
	many := make([][]any, 10_001)
	for i := range many {
		many[i] = []any{int64(i)}
	}
	engine.Answer("RETURN many", []string{"n"}, many...)
	return engine
}

// do fails the test if what it stands on has failed.
func (w *fleetWorld) do(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// writer is the server of the user's graph.
func (w *fleetWorld) writer() *fleet.Instance { return w.fleet.Writers("standard")[0] }

// words splits a command line; what stands in double quotes is one word.
func (w *fleetWorld) words(line string) []string {
	var words []string
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			words = append(words, strings.ReplaceAll(w.expand(part), `\$`, "$"))
			continue
		}
		words = append(words, strings.Fields(w.expand(part))...)
	}
	return words
}

func (w *fleetWorld) expand(text string) string {
	return os.Expand(text, func(name string) string {
		if value, ok := w.names[name]; ok {
			return value
		}
		return "$" + name
	})
}

// collapse undoes expand.
func (w *fleetWorld) collapse(text string) string {
	longest := func(x, y string) int { return cmp.Or(len(w.names[y])-len(w.names[x]), strings.Compare(x, y)) }
	for _, name := range slices.SortedFunc(maps.Keys(w.names), longest) { // since some are in others
		text = strings.ReplaceAll(text, w.names[name], "$"+name)
	}
	return text
}

// runFleetCases runs each case on a fleet of its own, after what they have in
// common was set.
func runFleetCases(t *testing.T, cases []fleetCase, common ...func(*fleetCase)) {
	for _, c := range cases {
		for _, set := range common {
			set(&c)
		}
		t.Run(c.name, func(t *testing.T) {
			w, r := c.run(t)
			for range 9 {
				if !c.redis || !slowRedis.MatchString(r.stdout) && r.code == c.code {
					break
				}
				w, r = c.run(t)
			}
			if c.only != nil {
				r.stdout = strings.Join(c.only.FindAllString(r.stdout, -1), "\n") + "\n"
			}
			r.stdout, r.stderr = w.collapse(r.stdout), w.collapse(r.stderr)
			if r.code != c.code {
				t.Errorf("exit code %d, want %d; stderr: %s", r.code, c.code, r.stderr)
			}
			w.compare(filepath.Join("fleet", c.name), settle(fmt.Sprintf("$ kuzuctl %s\n--- stdout\n%s--- stderr\n%s--- exit code %d\n", c.line, r.stdout, r.stderr, r.code)))
		})
	}
}

// slowRedis tells that Redis took longer than its 50 ms.
var slowRedis = regexp.MustCompile(`redis.* +no answer: `)

// run runs the case's command.
func (c *fleetCase) run(t *testing.T) (*fleetWorld, result) {
	t.Helper()
	w := newFleetCase(t, c.config)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	w.interrupt = interrupt
	if c.before != nil {
		c.before(w)
	}
	stdout, stderr := &watched{until: c.until, found: interrupt}, &watched{until: c.until, found: interrupt}
	r := result{code: run(ctx, w.words(c.line), strings.NewReader(w.expand(c.stdin)), stdout, stderr, lookup(w.vars))}
	r.stdout, r.stderr = stdout.text.String(), stderr.text.String()
	return w, r
}

// watched is an output that tells when a text has been written to it.
type watched struct {
	mu    sync.Mutex
	text  strings.Builder
	until string
	found func()
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(p)
	if w.until != "" && strings.Contains(w.text.String(), w.until) {
		w.found()
	}
	return len(p), nil
}

// warm has Redis know where the user's graph is.
func (w *fleetWorld) warm() {
	w.Helper()
	for w.fleet.RedisKey("kuzu:test:location:"+userGraph) == "" {
		if r := w.run("", w.words("health -g $GRAPH")...); r.code != 0 {
			w.Fatalf("%+v", r)
		}
	}
}

// startTask begins the loading of a file and names the task TASK.
func (w *fleetWorld) startTask() {
	w.Helper()
	r := w.run("", w.words("ingest -g $GRAPH --bucket data Person.csv --detach -o csv")...)
	if r.code != 0 {
		w.Fatalf("%+v", r)
	}
	w.names["TASK"] = strings.TrimSpace(strings.TrimPrefix(r.stdout, "task\n"))
	w.do(w.finished())
}

// finished waits for the task to end.
func (w *fleetWorld) finished() error {
	c, err := kuzu.New(w.writer().URL, kuzu.WithGraph(userGraph), kuzu.WithAPIKey(w.vars["KUZU_API_KEY"]))
	if err != nil {
		return err
	}
	_, err = c.WaitTask(w.Context(), w.names["TASK"], nil)
	return err
}

// keepBackup fetches the graph as the archive ZIP.
func (w *fleetWorld) keepBackup() {
	w.Helper()
	w.names["ZIP"] = filepath.Join(w.data, "graph.zip")
	if r := w.run("", w.words("backup -g $GRAPH $ZIP")...); r.code != 0 {
		w.Fatalf("%+v", r)
	}
}

// statusPage serves what a service has seen of the first writer at PAGE.
func (w *fleetWorld) statusPage() {
	w.Helper()
	tracker := resilience.NewTracker()
	w.Cleanup(tracker.Close)
	settings := resilience.MiddlewareHealth(func(context.Context) error { return nil })
	settings.Breakers = []*resilience.CircuitBreaker{resilience.Breaker("server", resilience.MiddlewareBreaker())}
	w.do(tracker.Register(w.writer().ID, settings))
	w.do(tracker.Check(w.Context(), w.writer().ID))
	web := httptest.NewServer(page.Handler(tracker))
	w.Cleanup(web.Close)
	w.names["PAGE"] = web.URL
}

// fault has every answer of the user's graph go wrong.
func (w *fleetWorld) fault(f mockserver.Fault) {
	w.Helper()
	w.do(w.writer().Server.AddRules(mockserver.Rule{Match: mockserver.Match{Graph: userGraph}, Fault: &f}))
}

// leaves are the commands that do something.
func leaves(cmd *cobra.Command) []string {
	if !cmd.HasSubCommands() {
		return []string{strings.TrimPrefix(cmd.CommandPath(), "kuzuctl ")}
	}
	var all []string
	for _, c := range cmd.Commands() {
		all = append(all, leaves(c)...)
	}
	slices.Sort(all)
	return all
}

// commandOf is the command that a line runs.
func commandOf(root *cobra.Command, line []string) string {
	cmd, _, err := root.Find(line)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(cmd.CommandPath(), "kuzuctl ")
}
