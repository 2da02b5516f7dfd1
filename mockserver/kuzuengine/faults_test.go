//go:build cgo && (linux || darwin)

package kuzuengine_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

// deadly are statements of which the engine dies while it compiles them.
var deadly = []struct {
	cypher     string
	parameters map[string]any
}{
	{"RETURN keys(NULL)", nil},
	{"RETURN 1 IN NULL", nil},
	{"MATCH (p:P) WHERE p.id IN $ids RETURN p", map[string]any{"ids": nil}},
	{"CREATE (p:P {id: -1}) RETURN id(NULL)", nil},
	{"WITH NULL AS y RETURN list_sum(y)", nil},
}

func TestTheEngineDiesAlone(t *testing.T) {
	e := newEngine(t)
	must(t, e, "CREATE NODE TABLE P(id INT64, name STRING, PRIMARY KEY(id))")
	open, err := e.Run(t.Context(), "g", mockserver.Query{Cypher: "UNWIND range(1, 3) AS x RETURN string(x)"})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 20 {
		must(t, e, fmt.Sprintf("CREATE (:P {id: %d})", n))
		statement := deadly[n%len(deadly)]
		_, err := ask(t, e, statement.cypher, statement.parameters)
		if err == nil || !strings.HasPrefix(err.Error(), "Runtime exception: the engine failed on this statement") {
			t.Fatalf("%s: %v", statement.cypher, err)
		}
	}
	if rows, err := ask(t, e, "MATCH (p:P) RETURN count(*), min(p.id)", nil); err != nil || !reflect.DeepEqual(rows, [][]any{{int64(20), int64(0)}}) {
		t.Errorf("after the deaths: %v, %v", rows, err)
	}
	// A result from before them is as good as ever.
	for _, want := range []any{"1", "2", "3"} {
		if row, err := open.Next(); err != nil || row[0] != want {
			t.Errorf("the open result: %v, %v, want %v", row, err, want)
		}
	}
	if _, err := open.Next(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
	if err := open.Close(); err != nil {
		t.Error(err)
	}
	must(t, e, "CREATE (:P {id: 100})")
}

func TestTheEngineDiesBesideOthers(t *testing.T) {
	e := newEngine(t)
	must(t, e, "CREATE NODE TABLE P(id INT64, PRIMARY KEY(id))", "UNWIND range(1, 3000) AS x CREATE (:P {id: x})")
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 10 {
				if rows, err := ask(t, e, "MATCH (a:P), (b:P) WHERE a.id = b.id RETURN count(*)", nil); err != nil || rows[0][0] != int64(3000) {
					t.Errorf("%v, %v", rows, err)
				}
			}
		})
		group.Go(func() {
			for range 10 {
				if _, err := ask(t, e, "RETURN keys(NULL)", nil); err == nil {
					t.Error("keys(NULL) is fine now; find something else that is not")
				}
			}
		})
	}
	group.Wait()
}

// TestGoStillPanics shows that faults outside of the engine are what they were.
func TestGoStillPanics(t *testing.T) {
	newEngine(t)
	defer func() {
		if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), "nil pointer") {
			t.Errorf("recovered %v", p)
		}
	}()
	var nowhere *mockserver.Node
	t.Log(nowhere.Label)
}

// TestRolledBackWrites repeats what makes the engine follow dangling pointers
// if it goes on with the memory of a write that was rolled back.
func TestRolledBackWrites(t *testing.T) {
	e := newEngine(t)
	must(t, e, "CREATE NODE TABLE P(id INT64, name STRING, PRIMARY KEY(id))", "UNWIND range(1, 5000) AS x CREATE (:P {id: x, name: 'n' + string(x)})")
	for n := range 15 {
		must(t, e, fmt.Sprintf("MATCH (p:P {id: 20}) SET p.name = 'kept%d'", n))
		err := e.Apply(t.Context(), "g", []string{"CREATE (:P {id: -5})", "MATCH (p:P {id: 20}) SET p.name = 'lost'", "RETURN nope"})
		if failed, ok := errors.AsType[*mockserver.StatementError](err); !ok || failed.Index != 3 {
			t.Fatal(err)
		}
		must(t, e, "BEGIN TRANSACTION; MATCH (p:P {id: 20}) SET p.name = 'lost'; ROLLBACK", "BEGIN TRANSACTION; CREATE (:P {id: -6})")
		if _, err := ask(t, e, "MATCH (p:P {id: 21}) SET p.name = 'lost' CREATE (:P {id: 1})", nil); err == nil {
			t.Fatal("a duplicate key was accepted")
		}
		must(t, e, "MATCH (p:P {id: 20}) SET p.name = p.name + '!'", "CHECKPOINT")
		rows, err := ask(t, e, "MATCH (p:P) WHERE p.id < 22 AND p.id > 19 OR p.id < 0 RETURN p.id, p.name ORDER BY p.id", nil)
		want := [][]any{{int64(20), fmt.Sprintf("kept%d!", n)}, {int64(21), "n21"}}
		if err != nil || !reflect.DeepEqual(rows, want) {
			t.Fatalf("%v, %v, want %v", rows, err, want)
		}
	}
}

// TestRolledBackUnderAnOpenResult closes a result after the database under it
// has been given up and opened anew.
func TestRolledBackUnderAnOpenResult(t *testing.T) {
	e := newEngine(t)
	must(t, e, "CREATE NODE TABLE P(id INT64, PRIMARY KEY(id))", "CREATE (:P {id: 1})")
	open, err := e.Run(t.Context(), "g", mockserver.Query{Cypher: "MATCH (p:P) RETURN p.id"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ask(t, e, "CREATE (:P {id: 2}), (:P {id: 1})", nil); err == nil {
		t.Fatal("a duplicate key was accepted")
	}
	must(t, e, "CREATE (:P {id: 3})")
	if row, err := open.Next(); err != nil || row[0] != int64(1) {
		t.Errorf("%v, %v", row, err)
	}
	if err := open.Close(); err != nil {
		t.Error(err)
	}
	must(t, e, "CREATE (:P {id: 4})", "CHECKPOINT", "CREATE (:P {id: 5})")
	// What is in the log and what is in the file have survived each other.
	if _, err := ask(t, e, "CREATE (:P {id: 5})", nil); err == nil {
		t.Fatal("a duplicate key was accepted")
	}
	rows, err := ask(t, e, "MATCH (p:P) RETURN collect(p.id)", nil)
	if err != nil || !reflect.DeepEqual(rows, [][]any{{list(int64(1), int64(3), int64(4), int64(5))}}) {
		t.Errorf("%v, %v", rows, err)
	}
}

// TestTextsThatOverflowTheParser have to be refused in time; those below the
// bounds have to run.
func TestTextsThatOverflowTheParser(t *testing.T) {
	e := newEngine(t)
	nested := func(open, inner, end string, n int) string {
		return "RETURN " + strings.Repeat(open, n) + inner + strings.Repeat(end, n)
	}
	for _, cypher := range []string{
		nested("(", "1", ")", 100),
		nested("abs(", "1", ")", 50),
		nested("CASE WHEN true THEN ", "1", " END", 10),
		nested("-", "1", "", 40),
		"RETURN " + strings.Repeat("1 + ", 1000) + "1",
		"RETURN '" + strings.Repeat("(", 5000) + "' // " + strings.Repeat("[", 5000),
		strings.Repeat("WITH 1 AS x ", 500) + "RETURN x",
		"RETURN [" + strings.Repeat("1 + 1, ", 3000) + "1]",
	} {
		if _, err := ask(t, e, cypher, nil); err != nil {
			t.Errorf("%.40s: %.200s", cypher, err)
		}
	}
	for _, cypher := range []string{
		nested("(", "1", ")", 10_000),
		nested("[", "1", "]", 101),
		nested("{a: ", "1", "}", 1000),
		nested("CASE WHEN true THEN ", "1", " END", 13),
		nested("-", "1", "", 500),
		nested("- ", "1", "", 500),
		nested("NOT ", "true", "", 100_000),
		"RETURN " + strings.Repeat("1 + ", 100_000) + "1",
		"RETURN true" + strings.Repeat(" AND true", 100_000),
		strings.Repeat("WITH 1 AS x ", 10_000) + "RETURN x",
		"RETURN 'open" + strings.Repeat("(", 5000),
	} {
		_, err := ask(t, e, cypher, nil)
		if err == nil || !strings.HasPrefix(err.Error(), "Runtime exception: The statement is ") {
			t.Errorf("%.40s: %.200s", cypher, err)
		}
	}
}

func TestRunAfterAFailureOfTheContext(t *testing.T) {
	e := newEngine(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, cypher := range []string{"RETURN 1", "CREATE NODE TABLE P(id INT64, PRIMARY KEY(id))"} {
		if _, err := e.Run(ctx, "g", mockserver.Query{Cypher: cypher}); err == nil || err.Error() != "Interrupted." || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", cypher, err)
		}
	}
	if err := e.Apply(ctx, "g", []string{"RETURN 1"}); err == nil || err.Error() != "Interrupted." {
		t.Error(err)
	}
	must(t, e, "CREATE NODE TABLE P(id INT64, PRIMARY KEY(id))")
}
