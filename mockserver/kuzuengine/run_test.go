//go:build cgo && (linux || darwin)

package kuzuengine_test

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/kuzuengine"
)

func TestParameters(t *testing.T) {
	e := newEngine(t)
	for _, test := range []struct {
		name  string
		value any
		typ   string // as the engine names it
		want  any
	}{
		{"null", nil, "NULL", nil},
		{"bool", true, "BOOL", true},
		{"smallest integer", int64(1), "INT8", int8(1)},
		{"unsigned byte", int64(200), "UINT8", uint8(200)},
		{"64 bits", int64(20100214153210447), "INT64", int64(20100214153210447)},
		{"beyond int64", uint64(1) << 63, "UINT64", uint64(1) << 63},
		{"float", 1.5, "DOUBLE", 1.5},
		{"string with quotes", `it's "x" \ $y %s`, "STRING", `it's "x" \ $y %s`},
		{"list", []any{int64(1), int64(300)}, "INT16[]", []any{int16(1), int16(300)}},
		{"list of integers and floats", []any{int64(1), 0.5}, "DOUBLE[]", []any{1.0, 0.5}},
		{"list with null", []any{nil, "x"}, "STRING[]", []any{nil, "x"}},
		{"nested list", []any{[]any{int64(1)}, []any{}}, "INT8[][]", []any{[]any{int8(1)}, []any{}}},
		{"struct", mockserver.Struct{{Name: "b", Value: int64(1)}, {Name: "a", Value: "x"}}, "STRUCT(b INT8, a STRING)",
			mockserver.Struct{{Name: "b", Value: int8(1)}, {Name: "a", Value: "x"}}},
		{"map", mockserver.Struct{{Name: "key", Value: []any{"k"}}, {Name: "value", Value: []any{int64(1)}}}, "MAP(STRING, INT8)",
			mockserver.Map{{Key: "k", Value: int8(1)}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			rows, err := ask(t, e, "RETURN $p AS v, typeof($p) AS t", map[string]any{"p": test.value})
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(rows[0], []any{test.want, test.typ}) {
				t.Errorf("got %#v, want %#v of type %s", rows[0], test.want, test.typ)
			}
		})
	}
	must(t, e, "CREATE NODE TABLE P(id INT64, PRIMARY KEY(id))", "CREATE (:P {id: 1})")
	rows, err := ask(t, e, "MATCH (p:P) WHERE NOT p.id IN $p RETURN p.id", map[string]any{"p": []any{}})
	if err != nil || !reflect.DeepEqual(rows, [][]any{{int64(1)}}) {
		t.Errorf("an empty list: %v, %v", rows, err)
	}
	// As on the deployed server, a parameter that is missing is null.
	if rows, err = ask(t, e, "RETURN $p", nil); err != nil || !reflect.DeepEqual(rows, [][]any{{nil}}) {
		t.Errorf("a missing parameter: %v, %v", rows, err)
	}
}

func TestErrors(t *testing.T) {
	e := newEngine(t)
	must(t, e, "CREATE NODE TABLE P(id INT64, PRIMARY KEY(id))", "CREATE (:P {id: 1})")
	for _, test := range []struct {
		cypher     string
		parameters map[string]any
		want       string // prefix
	}{
		{"MATCHE", nil, "Parser exception: "},
		{"MATCH (n:Nope) RETURN n", nil, "Binder exception: Table Nope does not exist."},
		{"MATCH (n:P) RETURN n.zzz", nil, "Binder exception: Cannot find property zzz for n."},
		{"RETURN foo(1)", nil, "Catalog exception: function FOO does not exist."},
		{"CREATE (:P {id: 1})", nil, "Runtime exception: Found duplicated primary key value 1"},
		{"RETURN CAST('a' AS INT64)", nil, "Conversion exception: Cast failed."},
		{"RETURN 1; RETURN CAST('100 %' AS INT64)", nil, `Conversion exception: Cast failed. Could not convert "100 %" to INT64.`},
		{"RETURN 1", map[string]any{"x": int64(1)}, "Parameter x not found."},
		{"RETURN $x", map[string]any{"x": mockserver.Struct{}}, "Runtime exception: An empty object"},
		{"RETURN $x", map[string]any{"x": "a\x00b"}, "Runtime exception: A parameter contains U+0000"},
		{"RETURN $x", map[string]any{"x": []any{"a", true}}, "Runtime exception: "},
		{"", nil, ""},
		{"RETURN '\x00'", nil, ""},
		{"RETURN '\xff'", nil, ""},
	} {
		rows, err := ask(t, e, test.cypher, test.parameters)
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%q: got %v, %v, want an error %q", test.cypher, rows, err, test.want)
		}
	}
	if _, err := e.Run(t.Context(), "none", mockserver.Query{Cypher: "RETURN 1"}); !errors.Is(err, mockserver.ErrDatabaseNotFound) {
		t.Errorf("unknown database: %v", err)
	}
	if err := e.Create(t.Context(), "g"); !errors.Is(err, mockserver.ErrDatabaseExists) {
		t.Errorf("created again: %v", err)
	}
	if err := e.Create(t.Context(), "../g"); err == nil {
		t.Error("a name that leads out of the directory was accepted")
	}
}

func TestSeveralStatements(t *testing.T) {
	e := newEngine(t)
	rows, err := ask(t, e, "CREATE NODE TABLE A(id INT64, PRIMARY KEY(id)); CREATE (:A {id: 1}); MATCH (a:A) RETURN a.id", nil)
	if err != nil || len(rows) != 1 || rows[0][0] != "Table A has been created." {
		t.Errorf("got %v, %v, want the first result", rows, err)
	}
	if rows, err = ask(t, e, "MATCH (a:A) RETURN count(*)", nil); err != nil || rows[0][0] != int64(1) {
		t.Errorf("the others did not run: %v, %v", rows, err)
	}
	// A transaction that a text leaves open does not reach the next text.
	must(t, e, "BEGIN TRANSACTION; CREATE (:A {id: 2})")
	if rows, err = ask(t, e, "MATCH (a:A) RETURN count(*)", nil); err != nil || rows[0][0] != int64(1) {
		t.Errorf("an open transaction took effect: %v, %v", rows, err)
	}
	must(t, e, "CREATE (:A {id: 2})")
}

func TestApplyIsAllOrNothing(t *testing.T) {
	e := newEngine(t)
	ddl := []string{"CREATE NODE TABLE A(id INT64, PRIMARY KEY(id))", "CREATE NODE TABLE B(id INT64, PRIMARY KEY(id))", "CREATE NODE TABLE A(id INT64, PRIMARY KEY(id))"}
	err := e.Apply(t.Context(), "g", ddl)
	failed, ok := errors.AsType[*mockserver.StatementError](err)
	if !ok || failed.Index != 3 || failed.Err.Error() != "Binder exception: A already exists in catalog." {
		t.Fatalf("error is %v", err)
	}
	if rows, err := ask(t, e, "CALL SHOW_TABLES() RETURN name", nil); err != nil || len(rows) != 0 {
		t.Errorf("tables are left: %v, %v", rows, err)
	}
	if err := e.Apply(t.Context(), "g", ddl[:2]); err != nil {
		t.Error(err)
	}
}

func TestCancelInterrupts(t *testing.T) {
	e := newEngine(t)
	for _, cypher := range []string{
		"UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN count(a + b)",
		"UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN sum(a * b)",
	} {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			_, err := e.Run(ctx, "g", mockserver.Query{Cypher: cypher})
			ended <- err
		}()
		cancel()
		err := <-ended
		if err == nil || err.Error() != "Interrupted." || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error is %v", cypher, err)
		}
	}
	must(t, e, "RETURN 1")
}

func TestWritersAndReadersTogether(t *testing.T) {
	e := newEngine(t)
	must(t, e, "CREATE NODE TABLE P(id INT64, PRIMARY KEY(id))")
	const writers, each = 8, 10
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := range each {
				if _, err := ask(t, e, "CREATE (:P {id: $id})", map[string]any{"id": int64(w*each + i)}); err != nil {
					t.Error(err)
				}
			}
		})
		group.Go(func() {
			for range each {
				if _, err := ask(t, e, "MATCH (p:P) RETURN count(*)", nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if rows, err := ask(t, e, "MATCH (p:P) RETURN count(*)", nil); err != nil || rows[0][0] != int64(writers*each) {
		t.Errorf("got %v, %v", rows, err)
	}
}

func TestDatabasesAreFoundAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "databases")
	e, err := kuzuengine.New(kuzuengine.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Create(t.Context(), "g"); err != nil {
		t.Fatal(err)
	}
	must(t, e, "CREATE NODE TABLE P(id INT64, PRIMARY KEY(id))", "CREATE (:P {id: 20100214153210447})")
	if _, err := kuzuengine.New(kuzuengine.Config{Dir: dir}); err == nil {
		t.Error("two engines are open on one directory")
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if e, err = kuzuengine.New(kuzuengine.Config{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if rows, err := ask(t, e, "MATCH (p:P) RETURN p.id", nil); err != nil || !reflect.DeepEqual(rows, [][]any{{int64(20100214153210447)}}) {
		t.Errorf("got %v, %v", rows, err)
	}
	if err := e.Drop(t.Context(), "g"); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "g*")); len(left) > 0 {
		t.Errorf("files are left: %q", left)
	}
}

// TestClose closes the engine over an unread result and under a statement.
func TestClose(t *testing.T) {
	before := runtime.NumGoroutine()
	e, err := kuzuengine.New(kuzuengine.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Create(t.Context(), "g"); err != nil {
		t.Fatal(err)
	}
	open, err := e.Run(t.Context(), "g", mockserver.Query{Cypher: "UNWIND range(1, 1000) AS n RETURN n"})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := e.Run(t.Context(), "g", mockserver.Query{Cypher: "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN count(a + b)"})
		ended <- err
	}()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Error("a statement outlived the engine")
	}
	if _, err := open.Next(); !errors.Is(err, kuzuengine.ErrClosed) {
		t.Errorf("reading on: %v", err)
	}
	if err := errors.Join(open.Close(), open.Close(), e.Close()); err != nil {
		t.Error(err)
	}
	if _, err := e.Run(t.Context(), "g", mockserver.Query{Cypher: "RETURN 1"}); !errors.Is(err, kuzuengine.ErrClosed) {
		t.Errorf("running on: %v", err)
	}
	for runtime.NumGoroutine() > before {
		runtime.Gosched() // those that have been told to end; the test's deadline bounds this
	}
}
