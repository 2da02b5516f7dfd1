package mockserver_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

// tree writes files below a fresh directory and returns it.
func tree(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const fixtureSchema = `// who there is
CREATE NODE TABLE Person(id INT64, name STRING, since INT64, PRIMARY KEY(id)); /* and;
who knows whom */ CREATE REL TABLE Knows(FROM Person TO Person, since INT64);
`

func TestFixtures(t *testing.T) {
	dir := tree(t, map[string]string{
		"g/schema.cypher": fixtureSchema,
		"g/Person.csv":    "id,name,since\n1,Ann;//,1\n2,Bob,2\n",
		"g/Knows.csv":     "from,to,since\n1,2,5\n",
		"g/more.cypher":   "\n" + addPerson + ";",
		"empty/.keep":     "",
		".git/config":     "",
	})
	eachEngine(t, func(t *testing.T, a *api) {
		for range 2 {
			if err := a.server.LoadFixtures(t.Context(), dir); err != nil {
				t.Fatal(err)
			}
			rows := `"data":[{"id":1,"name":"Ann;//","since":1},{"id":2,"name":"Bob","since":2}`
			if got := a.query("g", people, "").body; !strings.Contains(got, rows) {
				t.Errorf("got %s", got)
			}
			if got := a.query("g", friends, "").body; !strings.Contains(got, `"data":[{"a":1,"b":2,"since":5}]`) {
				t.Errorf("got %s", got)
			}
			if status := a.get("/databases/empty").status; status != 200 {
				t.Errorf("the empty one is answered %d", status)
			}
			if err := a.server.Reset(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// An error of a fixture says where it is, and leaves no database behind.
func TestFixtureFaults(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"schema":       {map[string]string{"g/schema.cypher": "\n// x\nCREATE NODE TABLE Bad(id INT64)\n;"}, []string{"g/schema.cypher:3: Parser exception: Can not find primary key."}},
		"statement":    {map[string]string{"g/schema.cypher": fixtureSchema, "g/Person.csv": "1,Ann,1\n", "g/a.cypher": addPerson + ";\n\n" + addTwice}, []string{"g/a.cypher:3: Runtime exception: "}},
		"table":        {map[string]string{"g/schema.cypher": fixtureSchema, "g/Persn.csv": "1,Ann,1\n"}, []string{"g/Persn.csv: there is no table Persn; schema.cypher makes [\"Person\" \"Knows\"]"}},
		"no schema":    {map[string]string{"g/Person.csv": "1,Ann,1\n"}, []string{"g/Person.csv: there is no table Person"}},
		"row":          {map[string]string{"g/schema.cypher": fixtureSchema, "g/Person.csv": "1,Ann,1\nx,Bob,2\n3,Cem,3\n"}, []string{"g/Person.csv:2: ", `"x"`}},
		"key":          {map[string]string{"g/schema.cypher": fixtureSchema, "g/Person.csv": "1,Ann,1\n1,Bob,2\n"}, []string{"g/Person.csv: ", "duplicated primary key value 1"}},
		"string":       {map[string]string{"g/schema.cypher": "RETURN 1;\nRETURN 'it\\'s"}, []string{"g/schema.cypher:2: a string that begins here does not end"}},
		"comment":      {map[string]string{"g/schema.cypher": "/* x"}, []string{"g/schema.cypher:1: a comment that begins here does not end"}},
		"name":         {map[string]string{"g/schema.cypher": "\n\nRETURN `x"}, []string{"g/schema.cypher:3: a name that begins here does not end"}},
		"file":         {map[string]string{"g/notes.txt": ""}, []string{"g/notes.txt: a fixture holds *.cypher, *.csv and *.parquet"}},
		"unreadable":   {map[string]string{"g/x.cypher/y": ""}, []string{"x.cypher: is a directory"}},
		"no directory": {map[string]string{"g": ""}, []string{"fixtures are directories, one a database"}},
		"graph id":     {map[string]string{"a b/schema.cypher": ""}, []string{"a b: it cannot name a database: Graph ID must be"}},
		"second":       {map[string]string{"a/schema.cypher": fixtureSchema, "b/x.txt": ""}, []string{"b/x.txt"}},
		"too many":     {map[string]string{"a/.keep": "", "b/.keep": "", "c/.keep": ""}, []string{"c: the server takes 2 databases"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tree(t, test.files)
			eachEngine(t, func(t *testing.T, a *api) {
				err := a.server.LoadFixtures(t.Context(), dir)
				for _, want := range test.want {
					if err == nil || !strings.Contains(err.Error(), want) {
						t.Errorf("error is %v, want one with %q", err, want)
					}
				}
				if names, err := a.engine.List(t.Context()); len(names) > 0 || err != nil {
					t.Errorf("there are %v, %v", names, err)
				}
			}, func(cfg *mockserver.Config) { cfg.MaxDatabases = 2 })
		})
	}
	a := start(t, scripted(t))
	if err := a.server.LoadFixtures(t.Context(), "does/not/exist"); err == nil || !strings.Contains(err.Error(), "does/not/exist") {
		t.Errorf("error is %v", err)
	}
}

// A database that exists stays as it is, also if another fixture fails, and
// the fixture takes its place when the server is reset.
func TestFixtureOfADatabaseThatExists(t *testing.T) {
	dir := tree(t, map[string]string{"g/schema.cypher": fixtureSchema, "g/Person.csv": "1,Ann,1\n", "h/schema.cypher": fixtureSchema})
	broken := tree(t, map[string]string{"g/schema.cypher": fixtureSchema, "i/x.txt": ""})
	var log strings.Builder
	eachEngine(t, func(t *testing.T, a *api) {
		log.Reset()
		a.create("g", socialDDL)
		if err := a.server.LoadFixtures(t.Context(), broken); err == nil || !strings.Contains(err.Error(), "i/x.txt") {
			t.Errorf("error is %v", err)
		}
		if err := a.server.LoadFixtures(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
		nodes := func(graph, want string) {
			t.Helper()
			if got := a.get("/databases/" + graph + "/metrics").body; !strings.Contains(got, `"node_count":`+want+",") {
				t.Errorf("%s is %s, want %s nodes", graph, got, want)
			}
		}
		nodes("g", "0")
		nodes("h", "0")
		if got := log.String(); !strings.Contains(got, "passed over: its database exists") || !strings.Contains(got, "database=g") || strings.Contains(got, "database=h") {
			t.Errorf("the log is %s", got)
		}
		a.post("/__mock/reset", "{}")
		nodes("g", "1")
	}, func(cfg *mockserver.Config) {
		cfg.MaxDatabases, cfg.Admin = 2, mockserver.AdminLoopback // the fixture of one that exists needs no room
		cfg.Logger = slog.New(slog.NewTextHandler(&log, nil))
	})
}
