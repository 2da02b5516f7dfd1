package mockserver_test

import (
	"slices"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

// TestTextColumns holds the names that the deployed server derives from texts.
func TestTextColumns(t *testing.T) {
	engine := mockserver.NewScripted()
	if err := engine.Create(t.Context(), "g"); err != nil {
		t.Fatal(err)
	}
	a := start(t, engine, func(cfg *mockserver.Config) { cfg.Quirks = mockserver.QuirkTextColumns })
	for _, test := range []struct {
		tail   string
		engine []string // names of the engine
		want   []string
	}{
		{"RETURN n.name AS name", []string{"name"}, []string{"name"}},
		{"RETURN n.name;", []string{"n.name"}, []string{"n.name;"}},
		{"RETURN n.name AS name;", []string{"name"}, []string{"n.name AS name;"}},
		{"RETURN DISTINCT n.name", []string{"n.name"}, []string{"DISTINCT n.name"}},
		{"RETURN *", []string{"n"}, []string{"*"}},
		{"RETURN count(*)", []string{"COUNT_STAR()"}, []string{"count(*)"}},
		{"RETURN n.id AS order_id", []string{"order_id"}, []string{"n.id AS"}},
		{"RETURN n.id AS limit_count", []string{"limit_count"}, []string{"n.id AS"}},
		{"RETURN n.id AS with_x", []string{"with_x"}, []string{"n.id AS"}},
		{"RETURN n.id AS `my col`", []string{"my col"}, []string{"n.id AS `my col`"}},
		{"RETURN n.id As x", []string{"x"}, []string{"n.id As x"}},
		{"RETURN n.id as x ORDER BY x", []string{"x"}, []string{"x"}},
		{"RETURN n.a AS a // note", []string{"a"}, []string{"n.a AS a // note"}},
		{"RETURN n.a AS a, n.b", []string{"a", "n.b"}, []string{"a", "n.b"}},
		{"RETURN coalesce(n.a, n.b) AS c", []string{"c"}, []string{"c"}},
	} {
		cypher := "MATCH (n:P) " + test.tail
		engine.Answer(cypher, test.engine, make([]any, len(test.engine)))
		got := into[struct{ Columns []string }](a.query("g", cypher, "")).Columns
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.tail, got, test.want)
		}
	}
}
