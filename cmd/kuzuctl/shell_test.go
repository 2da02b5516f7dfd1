package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
)

var took = regexp.MustCompile(`in \d\S+s\b`)

const ready = `(?m)^social>$`

// TestShell has a screen for what it shows: a statement of two lines, one of two on
// a line, a mistake with its place, commands and parameters.
func TestShell(t *testing.T) {
	w := newWorld(t)
	w.engine.Handle("MATCH (p:Person) RETRN p", func(mockserver.Call) (mockserver.Answer, error) {
		return mockserver.Answer{}, errors.New("Parser exception: Invalid input <MATCH (p:Person) RETRN>: expected rule oC_SingleQuery (line: 2, offset: 2)\n\"  RETRN p\"\n   ^^^^^")
	})
	w.engine.Answer("MATCH (p:Person) // all; of them RETURN p.id AS id, p.name AS name", []string{"id", "name"}, []any{int64(1), "Ada"}, []any{int64(20), nil})
	y := w.sit(t, 50, "shell", "-g", "social")
	y.sees(ready)
	y.types("MATCH (p:Person) // all; of them\r")
	y.sees(`social->$`)
	y.types("RETURN p.id AS id, p.name AS name;\r")
	y.sees(`2 rows in \S+\nsocial>$`)
	y.types(":param x 5\r")
	y.sees(`x 5\nsocial>$`)
	y.types(":param y:string 5\r")
	y.sees(`g 5\nsocial>$`)
	y.types("RETURN $x AS x, $y AS y; RETURN 0.0/0.0 AS n, [1, 2] AS l;\r")
	y.sees(`(?s)1 row in.*1 row in \S+\nsocial>$`)
	y.types("MATCH (p:Person)\r  RETRN p;\r")
	y.sees(`\^\nsocial>$`)
	y.types("RETURN 'open;\r';\r")
	y.sees(`(?s)'open;.*';\n.*\nsocial>$`)
	y.types(":tables\r")
	y.sees(`(?s)REL\nsocial>$`)
	y.types(":unknown\r")
	y.sees(`there are\nsocial>$`)
	y.types(":quit\r")
	y.leaves(0)
	w.golden("shell-screen", 0, result{stdout: took.ReplaceAllString(y.shown(), "in a moment") + "\n"})
}

// TestShellCompletes shows by what runs that Tab has completed it.
func TestShellCompletes(t *testing.T) {
	w := newWorld(t)
	w.engine.Answer("MATCH (p:Person) RETURN p.name", []string{"name"}, []any{"from Tab"})
	w.engine.Answer("CREATE NODE TABLE Robot(serial INT64, PRIMARY KEY(serial))", []string{"result"}, []any{"Table Robot has been created."})
	y := w.sit(t, 24, "shell", "-g", "social")
	y.sees(ready)
	y.types("MAT\t")
	y.sees(`> MATCH$`)
	y.types(" (p:Pers\t")
	y.sees(`\(p:Person$`)
	y.types(") RETU\t")
	y.sees(`RETURN$`)
	y.types(" p.na\t")
	y.sees(`p\.name$`)
	y.types(";\r")
	y.sees(`from Tab\n1 row in \S+\nsocial>$`)
	y.types(":sch\t")
	y.sees(`:schema$`)
	y.types("\r")
	y.sees(`(?s)primary_key.*since.*\nsocial>$`)

	// A statement that may change tables has them fetched anew.
	if err := w.engine.Apply(t.Context(), "social", []string{"CREATE NODE TABLE Robot(serial INT64, PRIMARY KEY(serial))"}); err != nil {
		t.Fatal(err)
	}
	y.types("CREATE NODE TABLE Robot(serial INT64, PRIMARY KEY(serial));\r")
	y.sees(`created\.\n1 row in \S+\nsocial>$`)
	y.types("MATCH (r:Rob\t")
	y.sees(`\(r:Robot$`)
}

// TestShellInterrupts presses Ctrl-C while a statement runs and on a line.
func TestShellInterrupts(t *testing.T) {
	w := newWorld(t)
	began, ended := make(chan struct{}, 2), make(chan struct{})
	slow := func(mockserver.Call) (mockserver.Answer, error) {
		began <- struct{}{}
		<-ended
		return mockserver.Answer{}, errors.New("Interrupted.")
	}
	w.engine.Handle("MATCH (n) RETURN n", slow)
	w.engine.Handle("MATCH (n) SET n.x = 1", slow)
	t.Cleanup(func() { close(ended) }) // before the server is closed
	y := w.sit(t, 24, "shell", "-g", "social")
	y.sees(ready)
	for _, statement := range []string{"MATCH (n) RETURN n;\r", "MATCH (n) SET n.x = 1;\r"} {
		y.types(statement)
		select {
		case <-began:
		case <-time.After(deadline):
			t.Fatalf("the statement has not come; the screen shows:\n%s", y.shown())
		}
		y.types("\x03")
		y.sees(`canceled\nsocial>$`)
		y.types("RETURN 0.0/0.0 AS n, [1, 2] AS l;\r")
		y.sees(`\[1,2\]\n1 row in \S+\nsocial>$`)
	}
	y.sees(`may take effect`)
	y.types("RETURN nothing of this")
	y.sees(`of this$`)
	y.types("\x03")
	y.sees(`of this\^C\nsocial>$`)
	y.types("\x04")
	y.leaves(0)
}

func TestShellRemembers(t *testing.T) {
	w := newWorld(t)
	y := w.sit(t, 24, "shell", "-g", "social")
	y.sees(ready)
	y.types("// all of them\rMATCH (p:Person) \rRETURN p.id AS id, p.name AS name;\r")
	y.sees(`3 rows in \S+\nsocial>$`)
	y.types("\x04")
	y.leaves(0)

	path := filepath.Join(w.vars["HOME"], "state", "kuzuctl", "history")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the history: %v, %v", info, err)
	}
	y = w.sit(t, 24, "shell", "-g", "social")
	y.sees(ready)
	y.types("\x1b[A")
	y.sees(`> MATCH \(p:Person\) RETURN p.id AS id, p.name AS name;$`)
	y.types("\r")
	y.sees(`3 rows in \S+\nsocial>$`)
	y.types("\x04")
	y.leaves(0)

	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	y = w.sit(t, 24, "shell", "-g", "social", "--no-history")
	y.sees(ready)
	y.types("RETURN 0.0/0.0 AS n, [1, 2] AS l;\r")
	y.sees(`1 row in \S+\nsocial>$`)
	y.types("\x04")
	y.leaves(0)
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("without a history it became %q, %v", after, err)
	}
}

// TestShellPages has a pager that marks what goes through it.
func TestShellPages(t *testing.T) {
	w := newWorld(t)
	rows := make([][]any, 18)
	for i := range rows {
		rows[i] = []any{int64(i + 1)}
	}
	w.engine.Answer("MATCH (n) RETURN n.id AS id", []string{"id"}, rows...)
	w.vars["PAGER"] = "sed 's/^/paged /'"
	y := w.sit(t, 24, "shell", "-g", "social")
	y.sees(ready)
	y.types("MATCH (n) RETURN n.id AS id;\r")
	y.sees(`(?m)^18\n18 rows in \S+\nsocial>$`)

	size := &pty.Winsize{Rows: 12, Cols: 80}
	if err := pty.Setsize(y.keyboard, size); err != nil {
		t.Fatal(err)
	}
	y.screen.Resize(80, 12)
	y.types("MATCH (n) RETURN n.id AS id;\r")
	y.sees(`(?m)^paged 17\npaged 18\n18 rows in \S+\nsocial>$`)
	y.types("RETURN 0.0/0.0 AS n, [1, 2] AS l;\r")
	y.sees(`\n1\.5  \[1,2\]\n1 row in \S+\nsocial>$`)
	y.types("\x04")
	y.leaves(0)

	for name, pager := range map[string]string{"that leaves early": "sed -u 's/^/paged /;2q'", "there is none": "", "that cannot be run": "does-not-exist-anywhere"} {
		w.vars["PAGER"] = pager
		y = w.sit(t, 12, "shell", "-g", "social", "-o", "csv")
		y.sees(ready)
		y.types("MATCH (n) RETURN n.id AS id;\r")
		y.sees(map[string]string{
			"that leaves early":  `(?m)^paged 1\n(18 rows in \S+\n)?social>$`,
			"there is none":      `(?m)^18\n18 rows in \S+\nsocial>$`,
			"that cannot be run": `(?s)not found\n.*\nsocial>$`,
		}[name])
		y.types("\x04")
		y.leaves(0)
	}
}

func TestShellEnds(t *testing.T) {
	w := newWorld(t)
	y := w.sit(t, 24, "shell", "-g", "nowhere")
	y.sees(`not found`)
	y.leaves(15)

	y = w.sit(t, 24, "shell")
	y.sees(`(?m)^kuzu>$`)
	y.types("RETURN 1;\r")
	y.sees(`name the graph with :use`)
	y.types(":use social\r")
	y.sees(ready)
	if err := y.process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	y.leaves(130)
}

// TestShellOnFleet asks the instance that the registry names.
func TestShellOnFleet(t *testing.T) {
	w, f := newFleetWorld(t)
	y := w.sit(t, 24, "shell", "-g", userGraph)
	y.sees(`(?m)^` + userGraph + `>$`)
	y.types("RETURN who;\r")
	y.sees(`who\n` + f.Writers("standard")[0].ID + `\n1 row in`)
	y.types("exit\r")
	y.leaves(0)
}

func TestShellScript(t *testing.T) {
	w := newWorld(t)
	w.lines(
		line{"shell-script", []string{"shell", "-g", "social"}, "// all\n" + people + ";\n\n:param x 5\n:param y five\n:param\nRETURN $x AS x, $y AS y;\n:param y\n:tables\n" + people, 0},
		line{"shell-csv", []string{"shell", "-o", "csv", "-p", "x=1", "-p", "y=2"}, ":use social\nRETURN $x AS x, $y AS y; " + people + ";\n:quit\nnot run", 0},
		line{"shell-syntax", []string{"shell", "-g", "social"}, people + ";\n\n/* here */ MATCH (n)\n RETURN m;\n" + people, 10},
		line{"shell-open", []string{"shell", "-g", "social"}, ":tables\n RETURN\n 'a", 10},
		line{"shell-no-command", []string{"shell", "-g", "social"}, ":nothing", 2},
		line{"shell-no-argument", []string{"shell", "-g", "social"}, ":use", 2},
		line{"shell-argument", []string{"shell", "-g", "social"}, ":tables Person", 2},
		line{"shell-no-graph", []string{"shell"}, "RETURN 1", 2},
		line{"shell-no-parameter", []string{"shell", "-g", "social"}, ":param x", 2},
		line{"shell-bad-parameter", []string{"shell", "-g", "social"}, ":param x:int five", 2},
		line{"shell-unknown-graph", []string{"shell"}, ":use nowhere", 15},
		line{"shell-help", []string{"shell"}, ":help", 0},
		line{"shell-nothing", []string{"shell"}, " // nothing\n", 0},
	)
}

func TestCandidates(t *testing.T) {
	property := func(names ...string) (properties []kuzu.TableProperty) {
		for _, name := range names {
			properties = append(properties, kuzu.TableProperty{Name: name})
		}
		return properties
	}
	tables := []kuzu.Table{
		{Name: "Person", Type: "NODE", Properties: property("id", "first name", "name")},
		{Name: "Robot", Type: "NODE", Properties: property("id", "serial")},
		{Name: "Old Place", Type: "NODE", Properties: property("name")},
		{Name: "Knows", Type: "REL", Properties: property("since")},
	}
	for text, want := range map[string]string{
		"":                                "",
		"ma":                              "match",
		"MATCH (p:Person) RETURN p ORD":   "ORDER",
		"MATCH (":                         "all keywords",
		"MATCH (p:":                       "Person Robot `Old Place`",
		"MATCH (p:Person|Ro":              "Robot",
		"MATCH (p)-[:":                    "Knows",
		"MATCH (p)-[k:kn":                 "Knows",
		"MATCH (p:Person) WHERE p.":       "`first name` id name",
		"MATCH (p:Person|Robot) WHERE p.": "`first name` id name serial",
		"MATCH (p:Person)-[k:Knows]->() RETURN k.": "since",
		"MATCH (p) RETURN p.s":                     "serial since",
		"MATCH (p:`Old Place`) RETURN p.":          "name",
		"MATCH (p:Robot {":                         "id serial",
		"MATCH (p:Robot {id: 1, s":                 "serial",
		"MATCH (p:Robot {id:":                      "",
		"RETURN {":                                 "",
		"DROP TABLE Per":                           "Person",
		"COPY ":                                    "Knows Person Robot `Old Place`",
		"RETURN 'Per":                              "",
		"RETURN 1; :qu":                            ":quit",
		":t":                                       ":tables",
		"MATCH (p:Person) RETURN p;\nMATCH (r:Robot) RETURN r.se": "serial",
	} {
		found, typed := candidates(text, tables)
		if want == "all keywords" && slices.Equal(found, beginningWith("", keywords)) || text == "" && slices.Equal(found, beginningWith("", keywords)) {
			continue
		}
		if !strings.HasSuffix(text, typed) {
			t.Errorf("%q: %q is said to be typed", text, typed)
		}
		slices.Sort(found)
		if got := strings.Join(found, " "); got != want {
			t.Errorf("%q: %s; want %s", text, got, want)
		}
	}
}

func TestHistoryFile(t *testing.T) {
	home := t.TempDir()
	env := lookup(map[string]string{"XDG_STATE_HOME": home})
	path := filepath.Join(home, "kuzuctl", "history")
	for n := range 2*remembered + 1 {
		var h history
		if n%remembered == 0 { // as often as a shell starts here
			if err := h.open(env); err != nil {
				t.Fatal(err)
			}
		}
		h.path = path
		if err := h.add("RETURN " + strings.Repeat("1", n%7+1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []string{"shortened", "as it was"} {
		var h history
		if err := h.open(env); err != nil || len(h.texts) != remembered {
			t.Fatalf("%s: %d texts, %v", mode, len(h.texts), err)
		}
		text, err := os.ReadFile(path)
		if info, _ := os.Stat(path); err != nil || strings.Count(string(text), "\n") != remembered || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %d lines, %v, %v", mode, strings.Count(string(text), "\n"), info.Mode(), err)
		}
	}
	if err := os.WriteFile(filepath.Join(home, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var h history
	if err := h.open(lookup(map[string]string{"XDG_STATE_HOME": filepath.Join(home, "file")})); err == nil {
		t.Error("a history within a file")
	}
}

// TestFault shows what people see of errors.
func TestFault(t *testing.T) {
	text := "MATCH (n)\n RETRN 'é', n"
	for _, test := range []struct {
		err  error
		want string
	}{
		{errors.New("other"), "other"},
		{&kuzu.Error{Kind: kuzu.KindCanceled}, "canceled"},
		{&kuzu.Error{Kind: kuzu.KindExecution, Status: 500, Operation: "queryDatabase", Message: "No."}, "execution failed: No."},
		{&kuzu.Error{Kind: kuzu.KindUnavailable, Operation: "queryDatabase", Message: "No."}, "queryDatabase: unavailable: No."},
		{&kuzu.Error{Kind: kuzu.KindSyntax, Message: "Parser exception: Odd. (line: 2, offset: 1)\n\"a picture\""},
			"syntax error: Parser exception: Odd. (line: 2, offset: 1)\n     RETRN 'é', n\n     ^"},
		{&kuzu.Error{Kind: kuzu.KindSyntax, Message: "line 2, column 12: odd"}, "syntax error: line 2, column 12: odd\n     RETRN 'é', n\n               ^"},
		{&kuzu.Error{Kind: kuzu.KindSyntax, Message: "Odd. (line: 3, offset: 1)"}, "syntax error: Odd. (line: 3, offset: 1)"},
		{&kuzu.Error{Kind: kuzu.KindSyntax, Message: "Odd. (line: 1, offset: 99)"}, "syntax error: Odd. (line: 1, offset: 99)"},
	} {
		if got := fault(text, test.err); got != test.want {
			t.Errorf("%v:\n%s\nwant:\n%s", test.err, got, test.want)
		}
	}
}
