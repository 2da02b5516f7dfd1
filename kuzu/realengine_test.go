//go:build cgo && (linux || darwin)

package kuzu_test

import (
	"database/sql"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/kuzuengine"
)

// onKuzu returns a client of a server on the embedded engine, as deployed, for an
// empty graph.
func onKuzu(t *testing.T) *kuzu.Client {
	t.Helper()
	engine, err := kuzuengine.New(kuzuengine.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	url, _ := mockWith(t, mockserver.Config{Engine: engine, Quirks: mockserver.QuirksDeployed})
	c := connect(t, url)
	if _, err := c.EnsureDatabase(t.Context(), kuzu.DatabaseSpec{DDL: personDDL}); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestParametersReachTheEngine: what the documentation says of each type is what
// the engine makes of it.
func TestParametersReachTheEngine(t *testing.T) {
	c := onKuzu(t)
	at := time.Date(2010, 2, 14, 15, 32, 10, 123456000, time.FixedZone("", 2*3600))
	for name, test := range map[string]struct {
		expression string
		value      any
		want       string
	}{
		"time":                    {"CAST(timestamp($p) AS STRING)", at, "2010-02-14 13:32:10.123456"},
		"time with a zone":        {"CAST(CAST($p AS TIMESTAMP_TZ) AS STRING)", at, "2010-02-14 13:32:10.123456+00"},
		"bytes":                   {"CAST(octet_length(BLOB($p)) AS STRING)", []byte("a\x00\\\xff\"'é"), "8"},
		"bytes, byte by byte":     {"CAST(BLOB($p) AS STRING)", []byte("a\x00b"), `a\x00b`},
		"UUID":                    {"typeof(UUID($p))", "0794c1b2-7ee8-4a8e-9d3a-0a0c0f6e1a2b", "UUID"},
		"large integer":           {"CAST(CAST($p AS INT64) AS STRING)", "9223372036854775807", "9223372036854775807"},
		"float":                   {"typeof($p)", 2.0, "DOUBLE"},
		"float in a struct":       {"typeof($p)", struct{ X float64 }{2}, "STRUCT(X DOUBLE)"},
		"float in a list":         {"typeof($p)", []float64{2}, "DOUBLE[]"},
		"float in a nested value": {"typeof($p)", map[string]any{"a": []any{struct{ X float32 }{2}}}, "STRUCT(a STRUCT(X DOUBLE)[])"},
		"sql.Null":                {"typeof($p)", sql.Null[float64]{V: 1, Valid: true}, "DOUBLE"},
		"integer in a list":       {"CAST($p AS STRING)", []int64{math.MaxInt64}, "[9223372036854775807]"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := kuzu.QueryAs[string](t.Context(), c, "RETURN "+test.expression+" AS x", kuzu.Params{"p": test.value})
			if err != nil || !slices.Equal(got, []string{test.want}) {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

// TestOperationsOnTheEngine runs the statements that the client makes itself.
func TestOperationsOnTheEngine(t *testing.T) {
	c := onKuzu(t)
	const id = 20100214153210447 // beyond what a plain query takes as a number
	if _, err := c.Query(t.Context(), "CREATE (:Person {id: CAST($id AS INT64), name: $name})", kuzu.Params{"id": "20100214153210447", "name": "Ann"}); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		properties kuzu.Params
		want       bool
	}{
		"any":          {nil, true},
		"by id":        {kuzu.Params{"id": id}, true},
		"by both":      {kuzu.Params{"id": id, "name": "Ann"}, true},
		"other id":     {kuzu.Params{"id": 1}, false},
		"name is null": {kuzu.Params{"name": nil}, false},
	} {
		if got, err := c.NodeExists(t.Context(), "Person", test.properties); err != nil || got != test.want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	_, err := c.NodeExists(t.Context(), "Persn", nil)
	wantError(t, err, kuzu.KindSyntax, "Persn")
	_, err = c.Query(t.Context(), "CREATE (:Person {id: CAST($id AS INT64)})", kuzu.Params{"id": "20100214153210447"})
	wantError(t, err, kuzu.KindExecution, "duplicated primary key value $id")

	// Names that need quotes, and those that need none.
	for _, statement := range []string{"CREATE NODE TABLE `It's a ``table```(id SERIAL PRIMARY KEY, `a b` DOUBLE[])", "CREATE REL TABLE Likes(FROM Person TO Person)"} {
		if _, err := c.Query(t.Context(), statement, nil); err != nil {
			t.Fatal(err)
		}
	}
	// A name that the server takes in a schema and in no query.
	if err := c.InstallSchema(t.Context(), "CREATE NODE TABLE Migrant(id INT64 PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Schema(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	properties := map[string][]kuzu.TableProperty{}
	for _, table := range schema.Tables {
		properties[table.Name] = table.Properties
		if table.Type == "NODE" && table.Name != "Migrant" {
			if _, err := c.NodeExists(t.Context(), table.Name, nil); err != nil {
				t.Error(err)
			}
		}
	}
	for table, want := range map[string][]kuzu.TableProperty{
		"Person":           {{Name: "id", Type: "INT64", PrimaryKey: true}, {Name: "name", Type: "STRING"}},
		"Knows":            {{Name: "since", Type: "INT64"}},
		"Likes":            {},
		"It's a ``table``": {{Name: "id", Type: "SERIAL", PrimaryKey: true}, {Name: "a b", Type: "DOUBLE[]"}},
	} {
		if got := properties[table]; got == nil || !slices.Equal(got, want) {
			t.Errorf("%s has %+v, want %+v", table, got, want)
		}
	}
	if got, there := properties["Migrant"]; !there || got != nil {
		t.Errorf("Migrant has %+v", got)
	}
}
