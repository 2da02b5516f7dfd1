package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/internal/planted"
	"github.com/robosystems/kuzuclient/mockserver"
)

var update = flag.Bool("update", false, "write what the commands print to testdata")

// TestMain lets tests run this program, as what it is on a terminal, in a process
// of its own.
func TestMain(m *testing.M) {
	if os.Getenv("KUZUCTL_TEST_MAIN") != "" {
		main()
	}
	os.Exit(planted.Main(m))
}

// world is a server and the environment of the commands that are run.
type world struct {
	*testing.T
	server *mockserver.Server
	engine *mockserver.Scripted
	url    string
	data   string
	vars   map[string]string
}

// newWorld starts a server with the graph social, which has people.
func newWorld(t *testing.T, change ...func(*mockserver.Config)) *world {
	t.Helper()
	w := &world{T: t, engine: mockserver.NewScripted(), data: t.TempDir(), vars: map[string]string{"KUZU_CLIENT_MAX_RETRIES": "0"}}
	cfg := mockserver.Config{Engine: w.engine, DataRoot: w.data, Reporter: t, APIKey: planted.Key}
	w.vars["KUZU_API_KEY"] = planted.Key
	for _, f := range change {
		f(&cfg)
	}
	var err error
	if w.server, err = mockserver.New(cfg); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(w.server)
	t.Cleanup(func() {
		w.server.Close()
		web.Close()
	})
	w.url = web.URL
	w.vars["KUZU_API_URL"] = w.url
	ctx := t.Context()
	if err := w.engine.Create(ctx, "social"); err != nil {
		t.Fatal(err)
	}
	tables := []string{
		"CREATE NODE TABLE Person(id INT64, name STRING, PRIMARY KEY(id))",
		"CREATE REL TABLE Knows(FROM Person TO Person, since INT64)",
	}
	if err := w.engine.Apply(ctx, "social", tables); err != nil {
		t.Fatal(err)
	}
	w.engine.Answer("MATCH (p:Person) RETURN p.id AS id, p.name AS name", []string{"id", "name"},
		[]any{int64(9007199254740993), "Ada"}, []any{int64(2), "Bob\tO'Neil, \"Bo\"\x1b[31m"}, []any{nil, nil})
	w.engine.Answer("RETURN 0.0/0.0 AS n, [1, 2] AS l", []string{"n", "l"}, []any{1.5, []any{int64(1), int64(2)}})
	w.engine.Handle("RETURN $x AS x, $y AS y", func(c mockserver.Call) (mockserver.Answer, error) {
		return mockserver.Answer{Columns: []string{"x", "y"}, Rows: [][]any{{fmt.Sprintf("%T %v", c.Parameters["x"], c.Parameters["x"]), fmt.Sprintf("%T %v", c.Parameters["y"], c.Parameters["y"])}}}, nil
	})
	w.engine.Handle("MATCH (n) RETURN m", func(mockserver.Call) (mockserver.Answer, error) {
		return mockserver.Answer{}, errors.New("Binder exception: Variable m is not in scope.")
	})
	return w
}

// result is what a command did.
type result struct {
	code           int
	stdout, stderr string
}

// run runs a command line.
func (w *world) run(stdin string, args ...string) result {
	w.Helper()
	return w.runWithin(w.Context(), stdin, args...)
}

func (w *world) runWithin(ctx context.Context, stdin string, args ...string) result {
	w.Helper()
	var stdout, stderr strings.Builder
	code := run(ctx, args, strings.NewReader(stdin), &stdout, &stderr, lookup(w.vars))
	planted.Note(stdout.String(), stderr.String())
	return result{code, stdout.String(), stderr.String()}
}

func lookup(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := vars[name]
		return value, ok
	}
}

// volatile is what differs from run to run.
var volatile = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`127\.0\.0\.1:\d+`), "SERVER"},
	{regexp.MustCompile(`(lookup \S+ on )\S+:53`), "${1}RESOLVER"},
	{regexp.MustCompile(`\b(\d+h)?(\d+m)?\d+(\.\d+)?(ns|µs|ms|s)\b`), "TIME"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)?`), "DATE"},
	{regexp.MustCompile(`on \d{4}-\d\d-\d\d`), "on DATE"},
	{regexp.MustCompile(`-?\d+ rows/s`), "N rows/s"},
	{regexp.MustCompile(`[\d.]+ ([KMG]i)?B(/s| in )`), "SIZE$2"},
	{regexp.MustCompile(`(memory_(mb|percent)"?(:| +))[\d.]+`), "${1}MEMORY"},
	{regexp.MustCompile(`(,|  +)[\d.]+((,|  +)(n/a|\d+)(,|  +)(n/a|closed)\n)`), "${1}MEMORY$2"},
	{regexp.MustCompile(`(kuzu-(writer|shared_replica)-)\d+`), "${1}PID"},
	{regexp.MustCompile(`go1\.[\w.]+`), "GOVERSION"},
	{regexp.MustCompile(`\b(linux|darwin|windows)/[a-z0-9]+`), "PLATFORM"},
	{regexp.MustCompile(`request([ =])[0-9a-f]{16}`), "request${1}ID"},
	{regexp.MustCompile(`(_)[0-9a-f]{8}\b`), "${1}HEX"},
	{regexp.MustCompile(`/tmp/\S*?/(\d{3})/`), "DIR/"},
}

var blanks = regexp.MustCompile(` {2,}`)

func settle(text string) string {
	for _, v := range volatile {
		text = v.pattern.ReplaceAllString(text, v.with)
	}
	if strings.Contains(text, "TIME") { // of no certain width
		text = blanks.ReplaceAllString(text, "  ")
	}
	return text
}

// golden compares what a command did with testdata/NAME.txt.
func (w *world) golden(name string, code int, r result) {
	w.Helper()
	if r.code != code {
		w.Errorf("exit code %d, want %d; stderr: %s", r.code, code, r.stderr)
	}
	w.compare(name, settle("--- stdout\n"+r.stdout+"--- stderr\n"+r.stderr))
}

// compare holds a text to testdata/NAME.txt, or writes it there.
func (w *world) compare(name, got string) {
	w.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			w.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			w.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		w.Fatal(err)
	}
	if got != string(want) {
		w.Errorf("printed:\n%s\nwant, from %s:\n%s", got, path, want)
	}
}

// file writes a file for a command to read.
func (w *world) file(name, text string) string {
	w.Helper()
	path := filepath.Join(w.data, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		w.Fatal(err)
	}
	return path
}
