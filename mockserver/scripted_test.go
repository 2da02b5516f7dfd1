package mockserver_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

// newScripted is an engine with one empty database, g.
func newScripted(t *testing.T) *mockserver.Scripted {
	t.Helper()
	e := mockserver.NewScripted()
	if err := e.Create(t.Context(), "g"); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestScriptedHandlers(t *testing.T) {
	e := newScripted(t)
	e.Answer("MATCH (n)\n  RETURN n.a ;", []string{"a"}, []any{"first"})
	for _, cypher := range []string{"MATCH (n) RETURN n.a", " MATCH\t(n) RETURN n.a;;\n", "MATCH (n)\n  RETURN n.a ;"} {
		if got := run(t, e, "g", cypher); got != "first" {
			t.Errorf("%q: got %s", cypher, got)
		}
	}
	e.Answer("MATCH (n) RETURN n.a", []string{"a"}, []any{"second"})
	if got := run(t, e, "g", "MATCH (n) RETURN n.a"); got != "second" {
		t.Errorf("got %s", got)
	}
	e.Answer("RETURN 1", []string{"1"}, []any{"mine"}) // also where the engine has an answer itself
	if got := run(t, e, "g", "RETURN 1"); got != "mine" {
		t.Errorf("got %s", got)
	}
	const unknown = "Runtime exception: nothing is scripted for this statement; add it with Scripted.Handle"
	for _, cypher := range []string{"match (n) RETURN n.a", "MATCH (n) RETURN n.b", ""} {
		if got := run(t, e, "g", cypher); got != unknown {
			t.Errorf("%q: got %s", cypher, got)
		}
	}
	e.Answer("narrow", []string{"a", "b"}, []any{1, 2}, []any{3})
	if got := run(t, e, "g", "narrow"); got != "Runtime exception: scripted row 2 has 1 values for 2 columns" {
		t.Errorf("got %s", got)
	}
}

// A handler may script further statements, and what it was shown stays as it was.
func TestScriptedHandlerSees(t *testing.T) {
	e := newScripted(t)
	var seen mockserver.Call
	e.Handle("look", func(call mockserver.Call) (mockserver.Answer, error) {
		seen = call
		e.Answer("learned", []string{"x"}, []any{int64(1)})
		return mockserver.Answer{}, errors.New("Runtime exception: as told")
	})
	load(t, e, "CREATE NODE TABLE A(id INT64 PRIMARY KEY, x STRING)", "A", "1,one\n")
	q := mockserver.Query{Cypher: "look", Parameters: map[string]any{"p": "q"}}
	if got := runWith(t.Context(), e, "g", q); got != "Runtime exception: as told" {
		t.Errorf("got %s", got)
	}
	load(t, e, "", "A", "2,two\n")
	table := seen.Tables["A"]
	if seen.Database != "g" || seen.Parameters["p"] != "q" || len(seen.Tables) != 1 || len(table.Rows) != 1 || table.Rows[0][1] != "one" {
		t.Errorf("got %+v, %+v", seen, table)
	}
	if want := (mockserver.Column{Name: "id", Type: "INT64", Primary: true}); table.Columns[0] != want || table.Name != "A" || table.From != "" {
		t.Errorf("got %+v", table)
	}
	if got := run(t, e, "g", "learned"); got != "1" {
		t.Errorf("got %s", got)
	}
}

// load creates a table unless the DDL is "", and loads a text into it.
func load(t *testing.T, e mockserver.Engine, ddl, table, content string) string {
	t.Helper()
	if ddl != "" {
		if err := e.Apply(t.Context(), "g", []string{ddl}); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "x.csv")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return run(t, e, "g", "COPY "+table+` FROM "`+path+`"`)
}

// A handler may append to the rows that it sees: it has them for itself.
func TestScriptedHandlerAppends(t *testing.T) {
	e := newScripted(t)
	e.Handle("more", func(call mockserver.Call) (mockserver.Answer, error) {
		return mockserver.Answer{Columns: []string{"id"}, Rows: append(call.Tables["A"].Rows, []any{"its own"})}, nil
	})
	load(t, e, "CREATE NODE TABLE A(id INT64 PRIMARY KEY)", "A", "1\n")
	for _, row := range []string{"2\n", "3\n"} { // one by one, so that there is room behind them
		load(t, e, "", "A", row)
	}
	result, err := e.Run(t.Context(), "g", mockserver.Query{Cypher: "more"})
	if err != nil {
		t.Fatal(err)
	}
	defer result.Close()
	load(t, e, "", "A", "4\n")
	var last []any
	for row, err := result.Next(); err == nil; row, err = result.Next() {
		last = row
	}
	if last[0] != "its own" {
		t.Errorf("got %v", last)
	}
}

// A context that ends interrupts also what is only read.
func TestScriptedInterrupted(t *testing.T) {
	e := newScripted(t)
	e.Answer("two", []string{"a"}, []any{1}, []any{2})
	ctx, cancel := context.WithCancel(t.Context())
	result, err := e.Run(ctx, "g", mockserver.Query{Cypher: "two"})
	if err != nil {
		t.Fatal(err)
	}
	if row, err := result.Next(); err != nil || row[0] != 1 {
		t.Errorf("got %v, %v", row, err)
	}
	cancel()
	if _, err := result.Next(); err == nil || err.Error() != "Interrupted." || errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
	for range 2 {
		if err := result.Close(); err != nil {
			t.Error(err)
		}
	}
}

// The scripted engine understands the DDL that Kuzu does, and refuses in its
// words; where it has words of its own, they say so.
func TestScriptedTables(t *testing.T) {
	const setup = "CREATE NODE TABLE A(id INT64, PRIMARY KEY(id)); CREATE NODE TABLE B(id STRING, PRIMARY KEY(id)); CREATE REL TABLE R(FROM A TO B)"
	for cypher, want := range map[string]string{
		"CREATE NODE TABLE X(id SERIAL, d DECIMAL(10, 2), l INT64[], m MAP(STRING, INT64), PRIMARY KEY (id))": "Table X has been created.",
		"create node table X(id int64 primary key)":                                                           "Table X has been created.",
		"CREATE REL TABLE X (FROM A TO B, since DATE)":                                                        "Table X has been created.",
		"CREATE NODE TABLE IF NOT EXISTS A(id INT64, PRIMARY KEY(id))":                                        "Table A already exists.",
		"CREATE NODE TABLE A(id INT64, PRIMARY KEY(id))":                                                      "Binder exception: A already exists in catalog.",
		"CREATE REL TABLE R(FROM A TO B)":                                                                     "Binder exception: R already exists in catalog.",
		"CREATE NODE TABLE X(id INT64)":                                                                       "Parser exception: Can not find primary key.",
		"CREATE NODE TABLE X(id INT64, PRIMARY KEY(no))":                                                      "Binder exception: Primary key no does not match any of the predefined node properties.",
		"CREATE REL TABLE X(FROM A TO No)":                                                                    "Binder exception: Table No does not exist.",
		"CREATE REL TABLE X(FROM A TO R)":                                                                     "Binder exception: Table R does not exist.",
		"CREATE REL TABLE X(since INT64)":                                                                     "Parser exception: the scripted engine wants FROM and TO in a REL table, and only there",
		"CREATE NODE TABLE X(FROM A TO B)":                                                                    "Parser exception: the scripted engine wants FROM and TO in a REL table, and only there",
		"CREATE NODE TABLE X(id INT64 PRIMARY KEY, 'x')":                                                      `Parser exception: the scripted engine does not understand "'x'"`,
		"CALL SHOW_TABLES() RETURN name, type":                                                                "A NODE B NODE R REL",
		"CALL SHOW_TABLES() RETURN *":                                                                         "0 A NODE local(kuzu)  1 B NODE local(kuzu)  2 R REL local(kuzu) ",
		"CALL SHOW_TABLES() RETURN nothing":                                                                   "Binder exception: Variable nothing is not in scope.",
		"CALL TABLE_INFO('A') RETURN *":                                                                       "0 id INT64 NULL true",
		"CALL TABLE_INFO('B') RETURN name, `primary key`":                                                     "id true",
		"CALL TABLE_INFO('R') RETURN *":                                                                       "",
		"CALL TABLE_INFO('No') RETURN *":                                                                      "Catalog exception: No does not exist in catalog.",
		"MATCH ()-[r]->() RETURN count(r)":                                                                    "0",
	} {
		e := newScripted(t)
		for statement := range strings.SplitSeq(setup, "; ") {
			if got := run(t, e, "g", statement); got == "" {
				t.Fatal(statement)
			}
		}
		if got := run(t, e, "g", cypher); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", cypher, got, want)
		}
	}
}
