//go:build cgo && (linux || darwin)

package kuzuengine_test

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
)

// TestValuesTheBindingLoses holds values that the C interface or the Go binding
// returns wrong, and their neighbours.
func TestValuesTheBindingLoses(t *testing.T) {
	e := newEngine(t)
	for expression, want := range map[string]any{
		`decode(BLOB('a\\x00b\\x00'))`:                        "a\x00b\x00",
		`[decode(BLOB('\\x00')), '']`:                         list("\x00", ""),
		`'],,[' + ']'`:                                        "],,[]",
		`BLOB('')`:                                            []byte{},
		`BLOB('\\x00\\x27\\x5C\\x22')`:                        []byte{0, '\'', '\\', '"'},
		`CAST('-Infinity' AS DOUBLE)`:                         math.Inf(-1),
		`map([DATE('2020-01-02')], [NULL])`:                   mockserver.Map{{Key: day(2020, 1, 2)}},
		`{a: {z: NULL, y: DATE('2020-01-02')}}`:               structOf("a", structOf("z", nil, "y", day(2020, 1, 2))),
		`DATE('1600-02-29')`:                                  day(1600, 2, 29),
		`TIMESTAMP('2020-01-02 03:04:05+02:00')`:              mockserver.Timestamp{Time: time.Date(2020, 1, 2, 1, 4, 5, 0, time.UTC)},
		`CAST('1960-01-02 03:04:05.1234567' AS TIMESTAMP_NS)`: moment(1960, 123456, false),
		`CAST('9999-12-31 23:59:59' AS TIMESTAMP_SEC)`:        mockserver.Timestamp{Time: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
		`TIMESTAMP('2020-01-01') - TIMESTAMP('2020-01-02')`:   -24 * time.Hour,
		`INTERVAL('290 years')`:                               290 * 360 * 24 * time.Hour,
	} {
		rows, err := ask(t, e, "RETURN "+expression, nil)
		if err != nil || !reflect.DeepEqual(rows, [][]any{{want}}) {
			t.Errorf("%s is %#v, %v, want %#v", expression, rows, err, want)
		}
	}
	if rows, err := ask(t, e, `RETURN CAST('NaN' AS DOUBLE)`, nil); err != nil || !math.IsNaN(rows[0][0].(float64)) {
		t.Errorf("NaN is %v, %v", rows, err)
	}
	_, err := ask(t, e, `RETURN INTERVAL('300 years')`, nil)
	if err == nil || !strings.HasPrefix(err.Error(), "Runtime exception: An interval of 108000 days") {
		t.Error(err)
	}
}

func TestValuesOfTables(t *testing.T) {
	e := newEngine(t)
	must(t, e,
		"CREATE NODE TABLE Thing(id SERIAL, u UNION(n INT64, s STRING), tags STRING[], PRIMARY KEY(id))",
		"CREATE NODE TABLE Place(name STRING, PRIMARY KEY(name))",
		"CREATE (:Thing {u: union_value(s := 'hello'), tags: ['x', 'y']})",
		"CREATE (:Thing {u: union_value(n := 5)})",
		"CREATE (:Place {name: 'here'})",
	)
	thing := mockserver.Node{Label: "Thing", Properties: structOf("id", int64(0), "u", "hello", "tags", list("x", "y"))}
	for _, test := range []struct {
		cypher string
		want   [][]any
	}{
		{"MATCH (t:Thing) RETURN t.id, t.u ORDER BY t.id", [][]any{{int64(0), "hello"}, {int64(1), int64(5)}}},
		{"MATCH (t:Thing {id: 0}) RETURN {inner: [t]}, id(t)", [][]any{{structOf("inner", list(thing)), thing.ID}}},
		{"OPTIONAL MATCH (t:Thing {id: 99}) RETURN t", [][]any{{nil}}},
		{"MATCH (t:Thing) RETURN collect(t.tags)", [][]any{{list(list("x", "y"))}}},
		// Every node of a match over several tables has the properties of all.
		{"MATCH (n) WHERE label(n) = 'Place' RETURN n", [][]any{{mockserver.Node{
			ID: mockserver.InternalID{Table: 1}, Label: "Place",
			Properties: structOf("id", nil, "u", nil, "tags", nil, "name", "here")}}}},
	} {
		if rows, err := ask(t, e, test.cypher, nil); err != nil || !reflect.DeepEqual(rows, test.want) {
			t.Errorf("%s:\n got %#v, %v\nwant %#v", test.cypher, rows, err, test.want)
		}
	}
}

func TestColumns(t *testing.T) {
	e := newEngine(t)
	for _, test := range []struct {
		cypher string
		want   []string
	}{
		{"CREATE NODE TABLE T(id INT64, PRIMARY KEY(id))", []string{"result"}},
		{"CREATE (:T {id: 1})", []string{}},
		{"RETURN count(*), 1 AS one, 'x' AS `a b`", []string{"COUNT_STAR()", "one", "a b"}},
		{"CALL SHOW_TABLES() RETURN *", []string{"id", "name", "type", "database name", "comment"}},
		{"MATCH (t:T) RETURN t; RETURN 2 AS two", []string{"t"}},
	} {
		res, err := e.Run(t.Context(), "g", mockserver.Query{Cypher: test.cypher})
		if err != nil {
			t.Fatalf("%s: %v", test.cypher, err)
		}
		if !reflect.DeepEqual(res.Columns(), test.want) {
			t.Errorf("%s: %q, want %q", test.cypher, res.Columns(), test.want)
		}
		if err := res.Close(); err != nil {
			t.Error(err)
		}
	}
}
