//go:build cgo && (linux || darwin)

package kuzu_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"iter"
	"math"
	"math/big"
	"reflect"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/kuzuengine"
)

// graphOf loads a graph into an embedded engine and returns a client of a server
// with the given oddities. Without cgo there is no engine; the wire's forms are
// tested in TestValuesFit as well.
func graphOf(t *testing.T, quirks mockserver.Quirks, statements ...string) *kuzu.Client {
	t.Helper()
	engine, err := kuzuengine.New(kuzuengine.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := engine.Create(t.Context(), "social"); err != nil {
		t.Fatal(err)
	}
	url, _ := mockWith(t, mockserver.Config{Engine: engine, Quirks: quirks})
	c := connect(t, url)
	for _, statement := range statements {
		if _, err := c.Query(t.Context(), statement, nil); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	return c
}

type birth struct {
	Born   time.Time
	Weight *big.Rat
}

// values are the types of the engine, as a statement writes them and as Go
// variables hold them.
var values = []struct {
	name, expression string
	want             any
}{
	{"BOOL", "true", true},
	{"INT8", "CAST(-128 AS INT8)", int8(-128)},
	{"INT16", "CAST(-32768 AS INT16)", int16(math.MinInt16)},
	{"INT32", "CAST(2147483647 AS INT32)", int32(math.MaxInt32)},
	{"INT64", "9223372036854775807", int64(math.MaxInt64)},
	{"INT64 above 2^53", "9007199254740993", any(int64(9007199254740993))},
	{"UINT8", "CAST(255 AS UINT8)", uint8(255)},
	{"UINT16", "CAST(65535 AS UINT16)", uint16(math.MaxUint16)},
	{"UINT32", "CAST(4294967295 AS UINT32)", uint32(math.MaxUint32)},
	{"UINT64", "CAST('18446744073709551615' AS UINT64)", uint64(math.MaxUint64)},
	{"INT128", "CAST('-170141183460469231731687303715884105728' AS INT128)", *bigInt("-170141183460469231731687303715884105728")},
	{"FLOAT", "CAST(3.14 AS FLOAT)", float32(3.14)},
	{"DOUBLE", "0.1", 0.1},
	{"DOUBLE, large", "1e300", 1e300},
	{"DECIMAL", "CAST('1.10' AS DECIMAL(5, 2))", *big.NewRat(11, 10)},
	{"DECIMAL as text", "CAST('1.10' AS DECIMAL(5, 2))", "1.10"},
	{"STRING", "'Zoë 😀 \"\\\\'", "Zoë 😀 \"\\"},
	{"BLOB", "BLOB('hi')", []byte("hi")},
	{"UUID", "UUID('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11')", [16]byte{0xa0, 0xee, 0xbc, 0x99, 0x9c, 0x0b, 0x4e, 0xf8, 0xbb, 0x6d, 0x6b, 0xb9, 0xbd, 0x38, 0x0a, 0x11}},
	{"UUID as text", "UUID('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11')", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
	{"DATE", "date('2020-01-02')", time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC)},
	{"TIMESTAMP", "timestamp('2020-01-02 03:04:05.678')", time.Date(2020, 1, 2, 3, 4, 5, 678e6, time.UTC)},
	{"TIMESTAMP_SEC", "CAST('2020-01-02 03:04:05' AS TIMESTAMP_SEC)", time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)},
	{"TIMESTAMP_MS", "CAST('2020-01-02 03:04:05.678' AS TIMESTAMP_MS)", time.Date(2020, 1, 2, 3, 4, 5, 678e6, time.UTC)},
	{"TIMESTAMP_NS", "CAST('2020-01-02 03:04:05.678901' AS TIMESTAMP_NS)", time.Date(2020, 1, 2, 3, 4, 5, 678901e3, time.UTC)},
	{"TIMESTAMP_TZ", "CAST('2020-01-02 03:04:05+02:00' AS TIMESTAMP_TZ)", time.Date(2020, 1, 2, 1, 4, 5, 0, time.UTC)},
	{"INTERVAL", "interval('367 days 3 hours')", 367*24*time.Hour + 3*time.Hour},
	{"INTERVAL below 0", "timestamp('2020-01-01 00:00:00.000005') - timestamp('2020-01-02')", -24*time.Hour + 5*time.Microsecond},
	{"INTERVAL of a month", "interval('1 month')", 30 * 24 * time.Hour},
	{"LIST", "[1, 2, 3]", []int64{1, 2, 3}},
	{"LIST of DATE", "[date('2020-01-02')]", []time.Time{time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC)}},
	{"LIST with null", "[1, NULL]", []*int64{new(int64(1)), nil}},
	{"LIST of LIST", "[[1], [2, 3]]", [][]int64{{1}, {2, 3}}},
	{"ARRAY", "CAST([1.5, 2.5] AS DOUBLE[2])", [2]float64{1.5, 2.5}},
	{"STRUCT", "{born: date('2020-01-02'), weight: CAST('3.50' AS DECIMAL(5, 2))}", birth{time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC), big.NewRat(7, 2)}},
	{"STRUCT as any", "{a: 9007199254740993, b: [true]}", any(map[string]any{"a": int64(9007199254740993), "b": []any{true}})},
	{"MAP", "map(['a', 'b'], [1, 2])", map[string]int64{"a": 1, "b": 2}},
	{"MAP by number", "map([1, 2], ['a', 'b'])", map[int64]string{1: "a", 2: "b"}},
	{"UNION", "union_value(a := 9007199254740993)", any(int64(9007199254740993))},
	{"UNION of DATE", "union_value(a := date('2020-01-02'))", time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC)},
	{"NULL", "NULL", (*int64)(nil)},
	{"NULL, shown", "NULL", sql.Null[time.Time]{}},
	{"a value, shown", "date('2020-01-02')", sql.Null[time.Time]{V: time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC), Valid: true}},
	{"raw", "[1, 2]", json.RawMessage(nil)},
}

// TestEveryTypeComesBack goes from the engine through the server to the client,
// streaming and not.
func TestEveryTypeComesBack(t *testing.T) {
	c := graphOf(t, 0)
	for _, test := range values {
		t.Run(test.name, func(t *testing.T) {
			statement := "RETURN " + test.expression + " AS v"
			plain, streamed := reflect.New(reflect.TypeOf(test.want)), reflect.New(reflect.TypeOf(test.want))
			result, err := c.Query(t.Context(), statement, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := result.Rows[0].Scan(plain.Interface()); err != nil {
				t.Fatal(err)
			}
			rows := c.Stream(t.Context(), statement, nil)
			defer rows.Close()
			if !rows.Next() {
				t.Fatal(rows.Err())
			}
			if err := rows.Scan(streamed.Interface()); err != nil {
				t.Fatal(err)
			}
			for way, got := range map[string]any{"plain": plain.Elem().Interface(), "streamed": streamed.Elem().Interface()} {
				if raw, ok := got.(json.RawMessage); ok {
					if string(raw) != "[1,2]" && string(raw) != "[1, 2]" {
						t.Errorf("%s: got %s", way, raw)
					}
					continue
				}
				if at, ok := got.(time.Time); ok {
					got = at.UTC()
				}
				if !reflect.DeepEqual(got, test.want) {
					t.Errorf("%s: got %#v, want %#v", way, got, test.want)
				}
			}
		})
	}
}

// TestNumbersThatAreNotFinite are tokens in a stream and null without one.
func TestNumbersThatAreNotFinite(t *testing.T) {
	c := graphOf(t, mockserver.QuirkNaNTokens)
	const statement = "RETURN [CAST('inf' AS DOUBLE), -CAST('inf' AS DOUBLE), CAST('nan' AS DOUBLE)] AS l, CAST('nan' AS DOUBLE) AS f"
	type row struct {
		L []float64
		F float64
	}
	for r, err := range kuzu.StreamAs[row](t.Context(), c, statement, nil) {
		if err != nil || !math.IsInf(r.L[0], 1) || !math.IsInf(r.L[1], -1) || !math.IsNaN(r.L[2]) || !math.IsNaN(r.F) {
			t.Errorf("got %+v, %v", r, err)
		}
	}
	for r, err := range c.Stream(t.Context(), statement, nil).All() {
		if err != nil {
			t.Fatal(err)
		}
		values, err := r.Values()
		if f, ok := values[1].(float64); err != nil || !ok || !math.IsNaN(f) {
			t.Errorf("got %v, %v", values, err)
		}
	}
	_, err := kuzu.QueryAs[row](t.Context(), c, statement, nil)
	wantError(t, err, kuzu.KindInvalidRequest, `row 0: column "l": [0]: it is null`)
}

type person struct {
	Name  string
	Born  time.Time
	Score *float64
}

// TestGraphValues takes nodes, relationships and paths, also within others.
func TestGraphValues(t *testing.T) {
	c := graphOf(t, 0,
		"CREATE NODE TABLE Person(name STRING PRIMARY KEY, born DATE, score DOUBLE)",
		"CREATE REL TABLE Knows(FROM Person TO Person, since INT64)",
		"CREATE (:Person {name: 'Ann', born: date('2000-01-02'), score: 1.5})-[:Knows {since: 9007199254740993}]->(:Person {name: 'Bob', born: date('2001-01-02')})")
	type all struct {
		A      kuzu.Node
		K      *kuzu.Rel
		P      kuzu.Path
		ID     kuzu.InternalID
		L      []kuzu.Node
		S      struct{ N, M *kuzu.Node }
		Nobody *kuzu.Node
	}
	const statement = "MATCH p = (a:Person)-[k:Knows]->(b:Person) RETURN a, k, p, id(a) AS id, [a, b] AS l, {n: a, m: b} AS s, NULL AS nobody"
	check := func(r all, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		ann, bob := r.L[0], r.L[1]
		if ann.Label != "Person" || ann.Properties["name"] != "Ann" || ann.Properties["score"] != 1.5 || ann.ID != r.ID || bob.ID == r.ID {
			t.Errorf("nodes are %+v", r.L)
		}
		if !reflect.DeepEqual(r.A, ann) || !reflect.DeepEqual(*r.S.N, ann) || !reflect.DeepEqual(*r.S.M, bob) || r.Nobody != nil {
			t.Errorf("got %+v", r)
		}
		if r.K.Src != ann.ID || r.K.Dst != bob.ID || r.K.Label != "Knows" || r.K.Properties["since"] != int64(9007199254740993) {
			t.Errorf("the relationship is %+v", r.K)
		}
		if !reflect.DeepEqual(r.P, kuzu.Path{Nodes: []kuzu.Node{ann, bob}, Rels: []kuzu.Rel{*r.K}}) {
			t.Errorf("the path is %+v", r.P)
		}
		born := time.Date(2000, 1, 2, 0, 0, 0, 0, time.UTC)
		var p person
		if err := ann.Scan(&p); err != nil || p.Name != "Ann" || !p.Born.Equal(born) || *p.Score != 1.5 {
			t.Errorf("scanned %+v, %v", p, err)
		}
		if err := bob.Scan(&p); err != nil || p.Score != nil {
			t.Errorf("scanned %+v, %v", p, err)
		}
		var since struct{ Since int64 }
		if err := r.K.Scan(&since); err != nil || since.Since != 9007199254740993 {
			t.Errorf("scanned %+v, %v", since, err)
		}
		wantError(t, ann.Scan(p), kuzu.KindInvalidRequest, "give a pointer")
		wantError(t, ann.Scan(&struct{ Name int }{}), kuzu.KindInvalidRequest, "name: JSON string does not fit into a Go int")
	}
	rows, err := kuzu.QueryAs[all](t.Context(), c, statement, nil)
	if err != nil {
		t.Fatal(err)
	}
	check(rows[0], nil)
	for r, err := range kuzu.StreamAs[all](t.Context(), c, statement, nil) {
		check(r, err)
	}
	for node, err := range kuzu.StreamAs[kuzu.Node](t.Context(), c, "MATCH (a:Person) RETURN a ORDER BY a.name LIMIT 1", nil) {
		if err != nil || node.Properties["name"] != "Ann" || node.ID.String() != "0:0" {
			t.Errorf("got %+v, %v", node, err)
		}
	}
	type born struct{ Ann person }
	if people, err := kuzu.QueryAs[born](t.Context(), c, "MATCH (p:Person) WHERE p.name = 'Ann' RETURN p AS ann", nil); err != nil || people[0].Ann.Born.Year() != 2000 {
		t.Errorf("got %+v, %v", people, err)
	}
	_, err = kuzu.QueryAs[kuzu.Rel](t.Context(), c, "MATCH (a:Person) RETURN a", nil)
	wantError(t, err, kuzu.KindInvalidRequest, "it is not a relationship")
}

// TestNodesOfSeveralTables have the properties of all of them, and null where
// they are not their own. A relationship of several hops holds the nodes between.
func TestNodesOfSeveralTables(t *testing.T) {
	c := graphOf(t, 0,
		"CREATE NODE TABLE Person(id SERIAL PRIMARY KEY, name STRING)",
		"CREATE NODE TABLE City(code INT64 PRIMARY KEY)",
		"CREATE REL TABLE Knows(FROM Person TO Person)",
		"CREATE (:Person {name: 'Ann'})-[:Knows]->(:Person {name: 'Bob'})-[:Knows]->(:Person {name: 'Eve'})",
		"CREATE (:City {code: 7})")
	const both = "MATCH (n:Person:City) WHERE n.name = 'Ann' OR n.code = 7 RETURN n ORDER BY label(n) LIMIT 2"
	const hops = "MATCH (:Person {name: 'Ann'})-[r:Knows*2..2]->(:Person) RETURN r LIMIT 1"
	check := func(nodes []kuzu.Node, paths []kuzu.Path) {
		t.Helper()
		want := []kuzu.Node{
			{Label: "City", ID: kuzu.InternalID{Table: 1}, Properties: map[string]any{"id": nil, "name": nil, "code": int64(7)}},
			{Label: "Person", Properties: map[string]any{"id": int64(0), "name": "Ann", "code": nil}},
		}
		if !reflect.DeepEqual(nodes, want) {
			t.Errorf("got  %+v\nwant %+v", nodes, want)
		}
		if len(paths) != 1 || len(paths[0].Rels) != 2 || len(paths[0].Nodes) != 1 || paths[0].Nodes[0].Properties["name"] != "Bob" {
			t.Errorf("got %+v", paths)
		}
	}
	nodes, err := kuzu.QueryAs[kuzu.Node](t.Context(), c, both, nil)
	if err != nil {
		t.Fatal(err)
	}
	paths, err := kuzu.QueryAs[kuzu.Path](t.Context(), c, hops, nil)
	if err != nil {
		t.Fatal(err)
	}
	check(nodes, paths)
	check(collect(t, kuzu.StreamAs[kuzu.Node](t.Context(), c, both, nil)), collect(t, kuzu.StreamAs[kuzu.Path](t.Context(), c, hops, nil)))
}

func collect[T any](t *testing.T, rows iter.Seq2[T, error]) (all []T) {
	t.Helper()
	for row, err := range rows {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, row)
	}
	return all
}

// TestUnstreamableValues are an error that says how to ask for them, or come
// without streaming if the caller wants that.
func TestUnstreamableValues(t *testing.T) {
	c := graphOf(t, mockserver.QuirksDeployed, "CREATE NODE TABLE Person(name STRING PRIMARY KEY, born DATE)", "CREATE (:Person {name: 'Ann', born: date('2000-01-02')})")
	read := func(ctx context.Context, statement string, opts ...kuzu.StreamOption) (got []time.Time, err error) {
		for at, err := range kuzu.StreamAs[time.Time](ctx, c, statement, nil, opts...) {
			if err != nil {
				return got, err
			}
			got = append(got, at)
		}
		return got, nil
	}
	const statement = "MATCH (p:Person) RETURN p.born AS born"
	_, err := read(t.Context(), statement)
	wantError(t, err, kuzu.KindUnsupported, "DATE", "CAST(n.born AS STRING)")
	if !errors.Is(err, kuzu.ErrUnstreamable) {
		t.Errorf("got %v", err)
	}
	got, err := read(t.Context(), statement, kuzu.FallBackToQuery())
	if err != nil || len(got) != 1 || got[0].Year() != 2000 {
		t.Errorf("got %v, %v", got, err)
	}
	got, err = read(t.Context(), "MATCH (p:Person) RETURN CAST(p.born AS STRING) AS born")
	if err != nil || len(got) != 1 || got[0].Year() != 2000 {
		t.Errorf("got %v, %v", got, err)
	}
	_, err = read(t.Context(), "CREATE (p:Person {name: 'Bob', born: date('2001-01-02')}) RETURN p.born AS born", kuzu.FallBackToQuery())
	if !errors.Is(err, kuzu.ErrUnstreamable) {
		t.Errorf("a statement that writes was run again: %v", err)
	}
	if people, err := kuzu.QueryAs[int64](t.Context(), c, "MATCH (p:Person) RETURN count(*) AS n", nil); err != nil || people[0] != 2 {
		t.Errorf("%v people, %v", people, err)
	}
	_, err = read(t.Context(), "UNWIND range(1, 10001) AS i RETURN date('2000-01-02') AS born", kuzu.FallBackToQuery())
	wantError(t, err, kuzu.KindTruncated, "10000 rows", "cannot be streamed")
	c = c.ForGraph("nobody")
	_, err = read(t.Context(), statement, kuzu.FallBackToQuery())
	wantError(t, err, kuzu.KindNotFound, "nobody")
}
