//go:build cgo && (linux || darwin)

package kuzuengine_test

import (
	"errors"
	"io"
	"math"
	"math/big"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/kuzuengine"
)

// newEngine opens an engine with the database "g".
func newEngine(t testing.TB) *kuzuengine.Engine {
	t.Helper()
	e, err := kuzuengine.New(kuzuengine.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := e.Create(t.Context(), "g"); err != nil {
		t.Fatal(err)
	}
	return e
}

// ask runs a statement on "g" and returns its rows.
func ask(t testing.TB, e *kuzuengine.Engine, cypher string, parameters map[string]any) ([][]any, error) {
	t.Helper()
	result, err := e.Run(t.Context(), "g", mockserver.Query{Cypher: cypher, Parameters: parameters})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err := result.Close(); err != nil {
			t.Error(err)
		}
	}()
	var rows [][]any
	for {
		row, err := result.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		if len(row) != len(result.Columns()) {
			t.Errorf("%d values for columns %q", len(row), result.Columns())
		}
		rows = append(rows, slices.Clone(row))
	}
}

func must(t testing.TB, e *kuzuengine.Engine, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := ask(t, e, statement, nil); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

func day(year int, month time.Month, d int) mockserver.Date {
	return mockserver.Date{Time: time.Date(year, month, d, 0, 0, 0, 0, time.UTC)}
}

func moment(year int, micros int, zoned bool) mockserver.Timestamp {
	return mockserver.Timestamp{Time: time.Date(year, 1, 2, 3, 4, 5, micros*1000, time.UTC), Zoned: zoned}
}

// TestValues holds every type that the engine returns.
func TestValues(t *testing.T) {
	e := newEngine(t)
	large, _ := new(big.Int).SetString("-170141183460469231731687303715884105727", 10)
	for _, test := range []struct {
		expression string
		want       any
	}{
		{"null", nil},
		{"true", true},
		{"CAST(-128 AS INT8)", int8(-128)},
		{"CAST(-32768 AS INT16)", int16(-32768)},
		{"CAST(-2147483648 AS INT32)", int32(-2147483648)},
		{"20100214153210447", int64(20100214153210447)},
		{"CAST('-9223372036854775808' AS INT64)", int64(math.MinInt64)},
		{"CAST(255 AS UINT8)", uint8(255)},
		{"CAST(65535 AS UINT16)", uint16(65535)},
		{"CAST(4294967295 AS UINT32)", uint32(4294967295)},
		{"CAST('18446744073709551615' AS UINT64)", uint64(math.MaxUint64)},
		{"CAST('-170141183460469231731687303715884105727' AS INT128)", large},
		{"CAST(3.14 AS FLOAT)", float32(3.14)},
		{"1.5e300", 1.5e300},
		{"CAST('1.10' AS DECIMAL(5, 2))", mockserver.Decimal("1.10")},
		{"CAST('-0.05' AS DECIMAL(18, 3))", mockserver.Decimal("-0.050")},
		{"CAST('-0.005' AS DECIMAL(18, 3))", mockserver.Decimal("-0.005")},
		{"CAST('-0.5' AS DECIMAL(18, 3))", mockserver.Decimal("-0.500")},
		{"CAST('-1.5' AS DECIMAL(18, 3))", mockserver.Decimal("-1.500")},
		{"CAST('0.005' AS DECIMAL(18, 3))", mockserver.Decimal("0.005")},
		{"CAST('-7' AS DECIMAL(18, 0))", mockserver.Decimal("-7")},
		{"'Grüße 😀'", "Grüße 😀"},
		{"''", ""},
		{`BLOB('\\xAA\\x00b\\xff')`, []byte{0xaa, 0, 'b', 0xff}},
		{"UUID('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11')", mockserver.UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")},
		{"DATE('2020-01-02')", day(2020, 1, 2)},
		{"DATE('0001-01-01')", day(1, 1, 1)},
		{"DATE('9999-12-31')", day(9999, 12, 31)},
		{"TIMESTAMP('2020-01-02 03:04:05')", moment(2020, 0, false)},
		{"TIMESTAMP('2020-01-02 03:04:05.678')", moment(2020, 678000, false)},
		{"TIMESTAMP('1066-01-02 03:04:05.000001')", moment(1066, 1, false)},
		{"CAST('2020-01-02 03:04:05.678901234' AS TIMESTAMP_NS)", moment(2020, 678901, false)},
		{"CAST('2020-01-02 03:04:05.678' AS TIMESTAMP_MS)", moment(2020, 678000, false)},
		{"CAST('2020-01-02 03:04:05' AS TIMESTAMP_SEC)", moment(2020, 0, false)},
		{"CAST('2020-01-02 03:04:05' AS TIMESTAMP_TZ)", moment(2020, 0, true)},
		{"INTERVAL('1 month 2 days 3 hours 4 us')", 32*24*time.Hour + 3*time.Hour + 4*time.Microsecond},
		{"[1, null, 3]", []any{int64(1), nil, int64(3)}},
		{"CAST([1, 2] AS INT64[2])", []any{int64(1), int64(2)}},
		{"[[1], []]", []any{[]any{int64(1)}, []any{}}},
		{"{zz: 1, aa: 'x'}", mockserver.Struct{{Name: "zz", Value: int64(1)}, {Name: "aa", Value: "x"}}},
		{"map([2, 1], ['b', 'a'])", mockserver.Map{{Key: int64(2), Value: "b"}, {Key: int64(1), Value: "a"}}},
		{"union_value(n := 7)", int64(7)},
		{"[DATE('2020-01-02')]", []any{day(2020, 1, 2)}},
	} {
		t.Run(test.expression, func(t *testing.T) {
			rows, err := ask(t, e, "RETURN "+test.expression+" AS v", nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := rows[0][0]; !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %T %v, want %T %v", got, got, test.want, test.want)
			}
		})
	}
}

// TestGraphValues holds nodes, relationships, paths and identities.
func TestGraphValues(t *testing.T) {
	e := newEngine(t)
	must(t, e,
		"CREATE NODE TABLE P(id INT64, since DATE, PRIMARY KEY(id))",
		"CREATE REL TABLE K(FROM P TO P, w DOUBLE)",
		"CREATE (:P {id: 1, since: DATE('1600-01-01')})-[:K {w: 0.5}]->(:P {id: 2})-[:K]->(:P {id: 3})")
	node := func(id int64, since any) mockserver.Node {
		return mockserver.Node{ID: mockserver.InternalID{Offset: uint64(id - 1)}, Label: "P",
			Properties: mockserver.Struct{{Name: "id", Value: id}, {Name: "since", Value: since}}}
	}
	rows, err := ask(t, e, "MATCH p = (a:P)-[k:K]->(b:P) WHERE a.id = 1 RETURN a, k, p, id(b), label(a)", nil)
	if err != nil {
		t.Fatal(err)
	}
	rel, _ := rows[0][1].(mockserver.Rel)
	if want := (mockserver.Rel{ID: rel.ID, Src: mockserver.InternalID{}, Dst: mockserver.InternalID{Offset: 1}, Label: "K",
		Properties: mockserver.Struct{{Name: "w", Value: 0.5}}}); !reflect.DeepEqual(rel, want) {
		t.Errorf("relationship is %+v", rows[0][1])
	}
	first, second := node(1, day(1600, 1, 1)), node(2, nil)
	want := []any{first, rel, mockserver.Path{Nodes: []mockserver.Node{first, second}, Rels: []mockserver.Rel{rel}}, mockserver.InternalID{Offset: 1}, "P"}
	if !reflect.DeepEqual(rows[0], want) {
		t.Errorf("got  %+v\nwant %+v", rows[0], want)
	}
	rows, err = ask(t, e, "MATCH (a:P)-[k:K*2..2]->(b:P) RETURN k", nil)
	if err != nil {
		t.Fatal(err)
	}
	path, _ := rows[0][0].(mockserver.Path)
	if len(path.Nodes) != 1 || len(path.Rels) != 2 || path.Nodes[0].ID.Offset != 1 {
		t.Errorf("variable-length relationship is %+v", rows[0][0])
	}
}
