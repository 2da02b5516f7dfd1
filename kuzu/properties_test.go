package kuzu_test

import (
	"math"
	"math/big"
	"reflect"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/kuzu"
)

// oneRow is a stream of one row with one value, which becomes one line.
func oneRow(value string) string {
	return `{"chunk_index": 0, "data": [{"v": ` + strings.ReplaceAll(value, "\n", "") + `}], "columns": ["v"], "is_last_chunk": true, "row_count": 1, "total_rows_sent": 1}` + "\n"
}

func streamOne[T any](t *testing.T, value string) (got T, err error) {
	t.Helper()
	for got, err = range kuzu.StreamAs[T](t.Context(), serve(t, says(200, asNDJSON, oneRow(value))).client(t), "RETURN 1 AS v", nil) {
		if err != nil {
			return got, err
		}
	}
	return got, nil
}

// TestPropertiesOfEveryKind go from a node into a struct without a loss.
func TestPropertiesOfEveryKind(t *testing.T) {
	node, err := streamOne[kuzu.Node](t, `{"_id": {"offset": 7, "table": 1}, "_label": "T", "alive": true, "small": -9007199254740993, "large": 18446744073709551615,
		"huge": -170141183460469231731687303715884105728, "ratio": 0.1, "whole": 2.0, "none": null, "no": NaN, "up": Infinity, "down": -Infinity,
		"name": "Zo\u00eb \"x\"", "list": [1, [2.5], "a"], "inner": {"a": 1, "b": {"c": [true, null]}}}`)
	if err != nil {
		t.Fatal(err)
	}
	type properties struct {
		Alive        bool
		Small        int64
		Large        uint64
		Huge         big.Int
		Ratio, Whole float64
		None         *string
		No, Up, Down float64
		Name         string
		List         []any
		Inner        struct {
			A int
			B map[string][]*bool
		}
	}
	var got properties
	if err := node.Scan(&got); err != nil {
		t.Fatal(err)
	}
	if !math.IsNaN(got.No) || !math.IsInf(got.Up, 1) || !math.IsInf(got.Down, -1) {
		t.Errorf("numbers that are not finite: %v, %v, %v", got.No, got.Up, got.Down)
	}
	want := properties{
		Alive: true, Small: -9007199254740993, Large: math.MaxUint64, Ratio: 0.1, Whole: 2, Up: got.Up, Down: got.Down,
		Name: `Zoë "x"`, List: []any{int64(1), []any{2.5}, "a"},
	}
	want.Huge.SetString("-170141183460469231731687303715884105728", 10)
	want.Inner.A, want.Inner.B = 1, map[string][]*bool{"c": {new(true), nil}}
	got.No = 0 // it is not equal to itself
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	node.Properties["name"] = make(chan int) // the caller's own doing
	if err := node.Scan(&got); err == nil {
		t.Errorf("got %+v of a channel", got)
	}
}

type tree struct {
	Name string
	Kids []tree
	Next *tree
}

// TestTypesThatContainThemselves end where the value does.
func TestTypesThatContainThemselves(t *testing.T) {
	got, err := streamOne[[]tree](t, `[{"name": "a", "kids": [{"name": "b", "kids": [], "next": null}], "next": {"name": "c", "kids": [], "next": null}}]`)
	want := []tree{{Name: "a", Kids: []tree{{Name: "b", Kids: []tree{}}}, Next: &tree{Name: "c", Kids: []tree{}}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestDeepNesting is refused before it exhausts the stack.
func TestDeepNesting(t *testing.T) {
	for _, value := range []string{strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000), strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000)} {
		_, err := streamOne[any](t, value)
		wantError(t, err, kuzu.KindProtocol, "nesting")
	}
	if deep, err := streamOne[any](t, strings.Repeat("[", 5000)+strings.Repeat("]", 5000)); err != nil || deep == nil {
		t.Error(err)
	}
}
