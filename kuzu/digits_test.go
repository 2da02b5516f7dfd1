package kuzu_test

import (
	"math"
	"math/big"
	"reflect"
	"testing"

	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
)

// since is a creationDate of the LDBC social network: 17 digits, of which a
// float64 keeps 16.
const since = 20100214153210447

// TestDigitsSurvive sends integers from the server's engine through every way
// that a user can take them.
func TestDigitsSurvive(t *testing.T) {
	const statement = "MATCH (p:Person) RETURN p.creationDate AS n"
	for _, test := range []struct {
		name   string
		engine any // as the engine holds it
		want   any // as an any holds it
	}{
		{"creation date", int64(since), int64(since)},
		{"2^53 + 1", int64(1<<53 + 1), int64(1<<53 + 1)},
		{"largest INT64", int64(math.MaxInt64), int64(math.MaxInt64)},
		{"smallest INT64", int64(math.MinInt64), int64(math.MinInt64)},
		{"first beyond INT64", uint64(math.MaxInt64 + 1), uint64(math.MaxInt64 + 1)},
		{"largest UINT64", uint64(math.MaxUint64), uint64(math.MaxUint64)},
		{"INT128", bigInt("-170141183460469231731687303715884105728"), "-170141183460469231731687303715884105728"},
		{"DECIMAL", mockserver.Decimal("1.10"), "1.10"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := mock(t, func(engine *mockserver.Scripted) {
				engine.Answer(statement, []string{"n"}, []any{test.engine})
			})
			result, err := c.Query(t.Context(), statement, nil)
			if err != nil {
				t.Fatal(err)
			}
			check(t, "Row.Get", test.want)(result.Rows[0].Get("n"))
			values, err := result.Rows[0].Values()
			check(t, "Row.Values", test.want)(values[0], err)
			typed, err := kuzu.QueryAs[any](t.Context(), c, statement, nil)
			check(t, "QueryAs", test.want)(typed[0], err)
			for value, err := range kuzu.StreamAs[any](t.Context(), c, statement, nil) {
				check(t, "StreamAs", test.want)(value, err)
			}
			for row, err := range c.Stream(t.Context(), statement, nil).All() {
				if err != nil {
					t.Fatal(err)
				}
				check(t, "Stream", test.want)(row.Get("n"))
			}
		})
	}
}

// TestDigitsSurviveInTypes does the same for variables with a type.
func TestDigitsSurviveInTypes(t *testing.T) {
	const statement = "MATCH (p:Person) RETURN p.id AS id, p.since AS since, p.code AS code, p AS p"
	type person struct {
		ID    int64
		Since *int64
		Code  uint64
		P     map[string]any
	}
	want := person{math.MaxInt64, new(int64(since)), math.MaxUint64, map[string]any{
		"_id": map[string]any{"offset": int64(0), "table": int64(1)}, "_label": "Person", "since": int64(since),
	}}
	c := mock(t, func(engine *mockserver.Scripted) {
		engine.Answer(statement, []string{"id", "since", "code", "p"}, []any{
			int64(math.MaxInt64), int64(since), uint64(math.MaxUint64),
			mockserver.Node{ID: mockserver.InternalID{Table: 1}, Label: "Person", Properties: mockserver.Struct{{Name: "since", Value: int64(since)}}},
		})
	})
	people, err := kuzu.QueryAs[person](t.Context(), c, statement, nil)
	if err != nil || !reflect.DeepEqual(people, []person{want}) {
		t.Errorf("QueryAs: %+v, %v", people, err)
	}
	for p, err := range kuzu.StreamAs[person](t.Context(), c, statement, nil) {
		if err != nil || !reflect.DeepEqual(p, want) {
			t.Errorf("StreamAs: %+v, %v", p, err)
		}
	}
	rows := c.Stream(t.Context(), statement, nil)
	defer rows.Close()
	if !rows.Next() {
		t.Fatal(rows.Err())
	}
	var p person
	if err := rows.Scan(&p.ID, &p.Since, &p.Code, &p.P); err != nil || !reflect.DeepEqual(p, want) {
		t.Errorf("Scan: %+v, %v", p, err)
	}
}

// TestDigitsSurviveAsParameters asks an engine what it got.
func TestDigitsSurviveAsParameters(t *testing.T) {
	c := mock(t, func(engine *mockserver.Scripted) {
		engine.Handle("RETURN $n AS n", func(call mockserver.Call) (mockserver.Answer, error) {
			return mockserver.Answer{Columns: []string{"n"}, Rows: [][]any{{call.Parameters["n"]}}}, nil
		})
	})
	for _, n := range []any{int64(since), int64(math.MaxInt64), int64(math.MinInt64), uint64(math.MaxUint64), 2.0, 0.1, "text", nil, true} {
		for row, err := range c.Stream(t.Context(), "RETURN $n AS n", kuzu.Params{"n": n}).All() {
			if err != nil {
				t.Fatal(err)
			}
			check(t, "parameter", n)(row.Get("n"))
		}
	}
}

func check(t *testing.T, what string, want any) func(any, error) {
	t.Helper()
	return func(got any, err error) {
		t.Helper()
		if i, ok := got.(*big.Int); ok {
			got = i.String()
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %#v, %v, want %#v", what, got, err, want)
		}
	}
}
