//go:build cgo && (linux || darwin)

package kuzuengine_test

import (
	"math"
	"math/big"
	"reflect"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

func list(values ...any) []any { return append([]any{}, values...) }

func structOf(pairs ...any) mockserver.Struct {
	s := mockserver.Struct{}
	for i := 0; i < len(pairs); i += 2 {
		s = append(s, mockserver.Field{Name: pairs[i].(string), Value: pairs[i+1]})
	}
	return s
}

func i(n int64) any { return n }

// TestParameterTypes holds the types that the Python binding gives.
func TestParameterTypes(t *testing.T) {
	e := newEngine(t)
	for _, test := range []struct {
		value any
		typ   string
		want  any
	}{
		{i(-1), "INT8", int8(-1)},
		{i(127), "INT8", int8(127)},
		{i(128), "UINT8", uint8(128)},
		{i(256), "INT16", int16(256)},
		{i(-129), "INT16", int16(-129)},
		{i(32768), "UINT16", uint16(32768)},
		{i(65536), "INT32", int32(65536)},
		{i(math.MaxInt32 + 1), "UINT32", uint32(math.MaxInt32 + 1)},
		{i(math.MaxUint32 + 1), "INT64", int64(math.MaxUint32 + 1)},
		{i(math.MinInt64), "INT64", int64(math.MinInt64)},
		{math.Inf(-1), "DOUBLE", math.Inf(-1)},
		{"é%s\\", "STRING", "é%s\\"},
		{list(i(1), i(200)), "INT16[]", list(int16(1), int16(200))},
		{list(i(200), i(40000)), "UINT16[]", list(uint16(200), uint16(40000))},
		{list(i(3000000000), i(-1)), "INT64[]", list(int64(3000000000), int64(-1))},
		{list(uint64(math.MaxUint64), i(-1)), "INT128[]", list(new(big.Int).SetUint64(math.MaxUint64), big.NewInt(-1))},
		{list(uint64(math.MaxUint64), 0.5), "DOUBLE[]", list(float64(math.MaxUint64), 0.5)},
		{list(true, nil), "BOOL[]", list(true, nil)},
		{list(nil, list(i(1)), list(nil), list()), "INT8[][]", list(nil, list(int8(1)), list(nil), list())},
		{list(structOf("a", i(1)), nil, structOf("a", nil)), "STRUCT(a INT8)[]",
			list(structOf("a", int8(1)), nil, structOf("a", nil))},
		{list(structOf("a", list()), structOf("a", list(2.5))), "STRUCT(a DOUBLE[])[]",
			list(structOf("a", list()), structOf("a", list(2.5)))},
		{structOf("key", list(i(1), i(1)), "value", list("a", "b")), "MAP(INT8, STRING)",
			mockserver.Map{{Key: int8(1), Value: "a"}, {Key: int8(1), Value: "b"}}},
		{list(structOf("key", list("k"), "value", list(i(1))), nil, structOf("key", list(), "value", list())), "MAP(STRING, INT8)[]",
			list(mockserver.Map{{Key: "k", Value: int8(1)}}, nil, mockserver.Map{})},
		{structOf("value", list(i(1)), "key", list(i(2))), "STRUCT(value INT8[], key INT8[])",
			structOf("value", list(int8(1)), "key", list(int8(2)))},
		{structOf("key", list(i(1)), "value", list(i(1), i(2))), "STRUCT(key INT8[], value INT8[])",
			structOf("key", list(int8(1)), "value", list(int8(1), int8(2)))},
		{structOf("", i(1), "A", i(2), "a", i(3)), "STRUCT( INT8, A INT8, a INT8)",
			structOf("", int8(1), "A", int8(2), "a", int8(3))},
	} {
		rows, err := ask(t, e, "RETURN $p, typeof($p)", map[string]any{"p": test.value})
		if err != nil {
			t.Errorf("%v: %v", test.value, err)
			continue
		}
		if got := rows[0]; !reflect.DeepEqual(got, list(test.want, test.typ)) {
			t.Errorf("%v became %#v, want %#v %s", test.value, got, test.want, test.typ)
		}
	}
}

// TestParametersAreKnownToTheBinder holds statements that are refused, or that
// the engine dies of, if they are compiled without their parameters.
func TestParametersAreKnownToTheBinder(t *testing.T) {
	e := newEngine(t)
	must(t, e, "CREATE NODE TABLE P(id INT64, name STRING, PRIMARY KEY(id))", "CREATE (:P {id: 1}), (:P {id: 7})")
	numbers := map[string]any{"l": list(i(1), i(2)), "n": i(1), "s": structOf("id", i(50), "name", "x")}
	only := func(names ...string) map[string]any {
		some := map[string]any{}
		for _, name := range names {
			some[name] = numbers[name]
		}
		return some
	}
	for _, test := range []struct {
		cypher     string
		parameters map[string]any
		want       [][]any
	}{
		{"UNWIND $l AS x RETURN sum(x), max(x)", only("l"), [][]any{{big.NewInt(3), int8(2)}}},
		{"UNWIND $l AS x WITH collect(x) AS z RETURN list_sum(z)", only("l"), [][]any{{int8(3)}}},
		{"WITH $l AS ids MATCH (p:P) WHERE p.id IN ids RETURN p.id", only("l"), [][]any{{int64(1)}}},
		{"WITH $l AS y RETURN any(x IN y WHERE x > 1)", only("l"), [][]any{{true}}},
		{"RETURN $l AS y ORDER BY list_sum(y)", only("l"), [][]any{{list(int8(1), int8(2))}}},
		{"RETURN $n AS x UNION ALL RETURN CAST(1 AS INT8) AS x", only("n"), [][]any{{int8(1)}, {int8(1)}}},
		{"MATCH (p:P) RETURN p.id ORDER BY p.id SKIP $n LIMIT $n", only("n"), [][]any{{int64(7)}}},
		{"WITH $s AS s CREATE (p:P {id: s.id, name: s.name}) RETURN p.id, p.name", only("s"), [][]any{{int64(50), "x"}}},
		{"MATCH (p:P {id: $n}) SET p.name = $n RETURN p.name", only("n"), [][]any{{"1"}}},
		{"RETURN $n IS NULL, coalesce($x, 2)", map[string]any{"n": nil, "x": nil}, [][]any{{true, int64(2)}}},
		{"UNWIND $l AS x RETURN x", map[string]any{"l": list()}, nil},
		{"MATCH (p:P) WHERE p.id IN $l RETURN p.id", map[string]any{"l": list()}, nil},
		// A missing parameter is NULL, and a predicate with one is dropped.
		{"MATCH (p:P) WHERE p.id = $n RETURN count(*)", nil, [][]any{{int64(3)}}},
	} {
		rows, err := ask(t, e, test.cypher, test.parameters)
		if err != nil || !reflect.DeepEqual(rows, test.want) {
			t.Errorf("%s: %#v, %v, want %#v", test.cypher, rows, err, test.want)
		}
	}
}

func TestParametersThatFail(t *testing.T) {
	e := newEngine(t)
	deep := any(i(1))
	for range 70 {
		deep = list(deep)
	}
	for _, test := range []struct {
		value any
		want  string
	}{
		{list(true, i(1)), "Runtime exception: Cannot convert Python object to Kuzu value : BOOL  is incompatible with INT8"},
		{list(i(1), "a"), "Runtime exception: Cannot convert Python object to Kuzu value : INT8  is incompatible with STRING"},
		{list(list(i(1)), i(2)), "Runtime exception: Cannot convert Python object to Kuzu value : INT8[]  is incompatible with INT8"},
		{list(structOf("a", i(1)), structOf("b", i(1))), "Runtime exception: Cannot convert Python object to Kuzu value : STRUCT(a INT8)  is incompatible with STRUCT(b INT8)"},
		{list(structOf("key", list("k"), "value", list(i(1))), structOf("a", i(1))), "Runtime exception: Cannot convert Python object to Kuzu value : MAP(STRING, INT8)  is incompatible with STRUCT(a INT8)"},
		{structOf("a", i(1), "a", i(2)), `Runtime exception: A parameter has two fields "a".`},
		{structOf("a", structOf()), "Runtime exception: An empty object cannot be a parameter of the embedded engine."},
		{structOf("a\x00", i(1)), "Runtime exception: A parameter contains U+0000, which the embedded engine cannot take."},
		{list("\xff"), "Runtime exception: A parameter is not valid UTF-8."},
		{deep, "Runtime exception: A parameter is nested more than 64 levels deep."},
		{int32(1), "Runtime exception: Unknown parameter type int32"},
		{list(), "Runtime exception: Trying to a create a vector with ANY type. This should not happen. Data type is expected to be resolved during binding."},
		{list(nil), "Runtime exception: Trying to a create a vector with ANY type. This should not happen. Data type is expected to be resolved during binding."},
	} {
		rows, err := ask(t, e, "RETURN $p", map[string]any{"p": test.value})
		if err == nil || err.Error() != test.want {
			t.Errorf("%.80v: %v, %v, want %s", test.value, rows, err, test.want)
		}
	}
	for _, test := range []struct {
		cypher     string
		parameters map[string]any
		want       string
	}{
		{"RETURN $a + $b", map[string]any{"a": i(127), "b": i(1)}, "Overflow exception: Value 127 + 1 is not within INT8 range."},
		{"RETURN $a AND true", map[string]any{"a": i(1)}, "Binder exception: Expression $a has data type INT8 but expected BOOL. Implicit cast is not supported."},
		{"RETURN $a", map[string]any{"a": i(1), "b": i(1)}, "Parameter b not found."},
		{"RETURN 1; RETURN $a", map[string]any{"a": i(1)}, "Connection Exception: We do not support prepare multiple statements."},
	} {
		rows, err := ask(t, e, test.cypher, test.parameters)
		if err == nil || err.Error() != test.want {
			t.Errorf("%s: %v, %v, want %s", test.cypher, rows, err, test.want)
		}
	}
}
