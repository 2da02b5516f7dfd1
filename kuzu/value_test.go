package kuzu_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"net"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
)

// cell returns a row with one column "x" of the given JSON, as a server sends it.
func cell(t *testing.T, value string) kuzu.Row {
	t.Helper()
	srv := serve(t, says(200, asJSON, `{"data":[{"x":`+value+`}],"columns":["x"],"execution_time_ms":1,"row_count":1,"database":"social"}`))
	result, err := srv.client(t).Query(t.Context(), "RETURN 1 AS x", nil)
	if err != nil {
		t.Fatalf("%s: %v", value, err)
	}
	return result.Rows[0]
}

func bigInt(text string) *big.Int {
	i, ok := new(big.Int).SetString(text, 10)
	if !ok {
		panic(text)
	}
	return i
}

// ring contains itself once it is decoded.
type ring struct {
	Next *ring
	Any  any
}

func (r *ring) UnmarshalJSON([]byte) error {
	r.Next, r.Any = r, json.Number("1")
	return nil
}

type level int

func (l *level) UnmarshalText(text []byte) error {
	if string(text) != "high" {
		return errors.New("no such level")
	}
	*l = 3
	return nil
}

type node struct {
	Label string         `json:"_label"`
	Props map[string]any `json:"props"`
	Any   any            `json:"any"`
	None  *int           `json:"none"`
	hid   any
}

// TestValuesFit puts each value into a variable of each type that takes it. The
// variable holds something before, of which nothing may be left.
func TestValuesFit(t *testing.T) {
	seven := 7
	for _, test := range []struct {
		name, value string
		into        any // pointer to a variable that is in use
		want        any
	}{
		{"bool", "true", new(false), true},
		{"int", "7", new(1), 7},
		{"int64 beyond a float64", "20100214153210447", new(int64(1)), int64(20100214153210447)},
		{"largest int64", "9223372036854775807", new(int64(1)), int64(math.MaxInt64)},
		{"smallest int64", "-9223372036854775808", new(int64(1)), int64(math.MinInt64)},
		{"largest uint64", "18446744073709551615", new(uint64(1)), uint64(math.MaxUint64)},
		{"INT128 as text", `"170141183460469231731687303715884105727"`, bigInt("1"), *bigInt("170141183460469231731687303715884105727")},
		{"INT128 as number", "170141183460469231731687303715884105727", bigInt("1"), *bigInt("170141183460469231731687303715884105727")},
		{"INT128 into a pointer", `"-5"`, new(bigInt("1")), bigInt("-5")},
		{"float", "1.5", new(1.0), 1.5},
		{"integer into float", "2", new(1.0), 2.0},
		{"exponent", "1e-07", new(1.0), 1e-7},
		{"named int", "7", new(named(1)), named(7)},
		{"string", `"Zo\u00eb \ud83d\ude00"`, new("before"), "Zoë 😀"},
		{"json.Number", "20100214153210447", new(json.Number("")), json.Number("20100214153210447")},
		{"text that reads itself", `"high"`, new(level(1)), level(3)},
		{"address", `"10.0.0.1"`, new(netip.Addr{}), netip.MustParseAddr("10.0.0.1")},
		{"BLOB", `"aGk="`, new([]byte("before")), []byte("aGk=")},
		{"raw JSON", `{"a": 1}`, new(json.RawMessage("before")), json.RawMessage(`{"a": 1}`)},
		{"raw null", `null`, new(json.RawMessage("before")), json.RawMessage("null")},

		{"DATE", `"2020-01-02"`, new(time.Now()), time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC)},
		{"TIMESTAMP", `"2020-01-02T03:04:05"`, new(time.Now()), time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)},
		{"TIMESTAMP with microseconds", `"2020-01-02T03:04:05.678000"`, new(time.Now()), time.Date(2020, 1, 2, 3, 4, 5, 678e6, time.UTC)},
		{"TIMESTAMP_TZ", `"2020-01-02T03:04:05Z"`, new(time.Now()), time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)},
		{"TIMESTAMP into a pointer", `"2020-01-02T03:04:05"`, new(&time.Time{}), new(time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC))},

		{"pointer", "7", new(new(1)), &seven},
		{"pointer to pointer", "7", new(new(new(1))), new(&seven)},
		{"null into a pointer", "null", new(new(1)), (*int)(nil)},
		{"null into a slice", "null", new([]int{1}), []int(nil)},
		{"null into a map", "null", new(map[string]int{"a": 1}), map[string]int(nil)},
		{"null into an any", "null", new(any(1)), nil},

		{"list", "[1,2]", new([]int64{9, 9, 9}), []int64{1, 2}},
		{"list into an array", "[1, 2]", new([2]int{9, 9}), [2]int{1, 2}},
		{"map", `{"b":2}`, new(map[string]int{"a": 1}), map[string]int{"b": 2}},
		{"struct", `{"_label":"P"}`, new(node{Any: 1, hid: 2}), node{Label: "P"}},

		// An any holds numbers exactly, however deep.
		{"any int64", "20100214153210447", new(any), int64(20100214153210447)},
		{"any uint64", "9223372036854775808", new(any), uint64(math.MaxInt64 + 1)},
		{"any beyond 64 bits", "-18446744073709551616", new(any), bigInt("-18446744073709551616")},
		{"any float", "1.0", new(any), 1.0},
		{"any exponent", "1E3", new(any), 1000.0},
		{"any string", `"a"`, new(any), "a"},
		{"any bool", `false`, new(any), false},
		{"any nested", `{"a":[20100214153210447,{"b":1.5}],"c":null}`, new(any),
			map[string]any{"a": []any{int64(20100214153210447), map[string]any{"b": 1.5}}, "c": nil}},
		{"map of any", `{"since":20100214153210447,"n":null}`, new(map[string]any{}), map[string]any{"since": int64(20100214153210447), "n": nil}},
		{"slice of any", `[20100214153210447,null]`, new([]any{}), []any{int64(20100214153210447), nil}},
		{"array of any", `[20100214153210447]`, new([1]any{}), [1]any{int64(20100214153210447)}},
		{"maps in a slice", `[{"a":{"b":[20100214153210447]}}]`, new([]map[string]map[string]any{}),
			[]map[string]map[string]any{{"a": {"b": []any{int64(20100214153210447)}}}}},
		{"anys in a struct", `{"_label":"P","props":{"since":20100214153210447},"any":[18446744073709551615],"none":null}`, new(node{None: &seven}),
			node{Label: "P", Props: map[string]any{"since": int64(20100214153210447)}, Any: []any{uint64(math.MaxUint64)}}},
		{"pointers to structs", `[{"any":20100214153210447},null]`, new([]*node{}), []*node{{Any: int64(20100214153210447)}, nil}},
		{"NaN", "NaN", new(1.0), any(nil)},
		{"infinite", "-Infinity", new(float32(1)), float32(math.Inf(-1))},
		{"INTERVAL", `"P1Y2DT3H4M5.000006S"`, new(time.Second), 367*24*time.Hour + 3*time.Hour + 4*time.Minute + 5*time.Second + 6*time.Microsecond},
		{"INTERVAL of nothing", `"PT0S"`, new(time.Second), time.Duration(0)},
		{"INTERVAL below 0", `"-PT23H59M59.999995S"`, new(time.Second), -(24*time.Hour - 5*time.Microsecond)},
		{"nanoseconds", `5`, new(time.Second), time.Duration(5)},
		{"UUID", `"A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11"`, new([16]byte{1}), [16]byte{0xa0, 0xee, 0xbc, 0x99, 0x9c, 0x0b, 0x4e, 0xf8, 0xbb, 0x6d, 0x6b, 0xb9, 0xbd, 0x38, 0x0a, 0x11}},
		{"BLOB with an escape", `"a\u00e9"`, new([]byte("before")), []byte("aé")},
		{"numbers into bytes", `[1,2]`, new([]byte("before")), []byte{1, 2}},
		{"digits as text", `"170141183460469231731687303715884105727"`, new(json.Number("")), json.Number("170141183460469231731687303715884105727")},
		{"DECIMAL", `"1.10"`, big.NewRat(1, 3), *big.NewRat(11, 10)},
		{"map by number", `{"1":"a","-2":"b"}`, new(map[int8]string{}), map[int8]string{1: "a", -2: "b"}},
		{"map by truth", `{"true":1}`, new(map[bool]int{}), map[bool]int{true: 1}},
		{"map by time", `{"2020-01-02":1}`, new(map[time.Time]int{}), map[time.Time]int{time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC): 1}},
		{"map of null", `null`, new(map[string]int{"a": 1}), map[string]int(nil)},
		{"sql.Null", `7`, &sql.Null[int]{}, sql.Null[int]{V: 7, Valid: true}},
		{"sql.Null of null", `null`, &sql.Null[int]{V: 1, Valid: true}, sql.Null[int]{}},
		{"sql.NullInt64", `7`, &sql.NullInt64{}, sql.NullInt64{Int64: 7, Valid: true}},
		{"sql.NullString of null", `null`, &sql.NullString{String: "a", Valid: true}, sql.NullString{}},
		{"null into a list that reads itself", `null`, new(net.IP{1}), net.IP(nil)},
		{"embedded pointer", `{"id":1,"NAME":"Ann"}`, new(struct{ *Base }), struct{ *Base }{&Base{1, "Ann"}}},
		{"json tag", `{"a":1,"B":2}`, new(struct {
			A int `json:"B,omitempty"`
			C int `json:"-"`
		}), struct {
			A int `json:"B,omitempty"`
			C int `json:"-"`
		}{A: 2}},
		{"pointer to any", "20100214153210447", new(new(any)), new(any(int64(20100214153210447)))},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := cell(t, test.value).Scan(test.into); err != nil {
				t.Fatal(err)
			}
			got := reflect.ValueOf(test.into).Elem().Interface()
			if f, ok := got.(float64); ok && math.IsNaN(f) {
				got = nil
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %#v, want %#v", got, test.want)
			}
		})
	}
}

// TestValuesThatDecodeThemselves are left as they made themselves.
func TestValuesThatDecodeThemselves(t *testing.T) {
	var rings []any
	var held struct{ Ring, Nil *ring }
	if err := cell(t, `{"ring":{},"nil":null}`).Scan(&held); err != nil {
		t.Fatal(err)
	}
	if held.Ring.Next != held.Ring || held.Ring.Any != json.Number("1") || held.Nil != nil {
		t.Errorf("got %T and %v", held.Ring.Any, held.Nil)
	}
	if err := cell(t, `[]`).Scan(&rings); err != nil || rings == nil {
		t.Errorf("got %v, %v", rings, err)
	}
}

func TestValuesThatDoNotFit(t *testing.T) {
	for _, test := range []struct {
		name, value string
		into        any
		want        string
	}{
		{"null into an int", "null", new(0), `column "x": it is null; scan it into a pointer`},
		{"null into a string", "null", new(""), "it is null"},
		{"null into a time", "null", new(time.Time{}), "it is null"},
		{"null into a struct", "null", &node{}, "it is null"},
		{"null into what reads itself", "null", new(level(0)), "it is null"},
		{"null into a big.Int", "null", new(big.Int), "it is null"},
		{"text into an int", `"a"`, new(0), `column "x": JSON string does not fit into a Go int`},
		{"fraction into an int", "1.5", new(0), "JSON number 1.5 does not fit into a Go int"},
		{"too large for its type", "300", new(uint8(0)), "JSON number 300 does not fit into a Go uint8"},
		{"negative into unsigned", "-1", new(uint(0)), "JSON number -1 does not fit into a Go uint"},
		{"beyond an int64", "9223372036854775808", new(int64(0)), "does not fit into a Go int64"},
		{"number into a string", "1", new(""), "JSON number does not fit into a Go string"},
		{"list into an int", "[1]", new(0), "JSON array does not fit into a Go int"},
		{"deep in a struct", `{"_label":5}`, &node{}, "_label: JSON number does not fit into a Go string"},
		{"no time", `"yesterday"`, new(time.Time{}), "it is not a DATE or TIMESTAMP"},
		{"number into a time", `5`, new(time.Time{}), "it is not a DATE or TIMESTAMP"},
		{"what reads itself refuses", `"low"`, new(level(0)), "no such level"},
		{"number beyond a float64", "1e999", new(any), "1e999"},
		{"the same within a struct", `{"any":1e999}`, &node{}, "1e999"},
		{"the same within a map", `{"a":1e999}`, new(map[string]any{}), "1e999"},
		{"the same within a list", `[1e999]`, new([]any{}), "1e999"},
		{"no text into an INT128", `"a"`, new(big.Int), "a"},
		{"no INTERVAL", `"P1M"`, new(time.Second), "it is not an INTERVAL"},
		{"INTERVAL without a unit", `"PT1"`, new(time.Second), "it is not an INTERVAL"},
		{"INTERVAL out of order", `"PT1S1H"`, new(time.Second), "it is not an INTERVAL"},
		{"INTERVAL with an early fraction", `"PT1.5H1S"`, new(time.Second), "it is not an INTERVAL"},
		{"INTERVAL with half a fraction", `"PT1.S"`, new(time.Second), "it is not an INTERVAL"},
		{"INTERVAL without a number", `"PTS"`, new(time.Second), "it is not an INTERVAL"},
		{"INTERVAL without a clock", `"P1DT"`, new(time.Second), "it is not an INTERVAL"},
		{"INTERVAL of nothing at all", `"P"`, new(time.Second), "it is not an INTERVAL"},
		{"INTERVAL of centuries", `"P293Y"`, new(time.Second), "at most 292 years"},
		{"INTERVAL of many digits", `"P99999999999999999999D"`, new(time.Second), "at most 292 years"},
		{"INTERVAL just too long", `"P292Y171DT24H"`, new(time.Second), "at most 292 years"},
		{"null into an INTERVAL", `null`, new(time.Second), "it is null"},
		{"no UUID", `"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1x"`, new([16]byte), "it is not a UUID"},
		{"half a UUID", `"a0eebc99"`, new([16]byte), "it is not a UUID"},
		{"null into a UUID", `null`, new([16]byte), "it is null"},
		{"text into a list", `"a"`, new([]int), "JSON string does not fit into a Go []int"},
		{"text into an array", `"a"`, new([2]int), "JSON string does not fit into a Go [2]int"},
		{"list that is shorter", `[1]`, new([2]int), "a list of 1 values does not fit into a Go [2]int"},
		{"list that is longer", `[1,2,3]`, new([2]int), "a list of 3 values does not fit into a Go [2]int"},
		{"list into a map", `[]`, new(map[string]int), "JSON array does not fit"},
		{"list into a struct", `[]`, &node{}, "JSON array does not fit"},
		{"key of another type", `{"x":1}`, new(map[int]int), "x: its key does not fit into a Go int"},
		{"deep in lists", `[{"a":[1,"x"]}]`, new([]map[string][]int), "[0].a[1]: JSON string does not fit into a Go int"},
		{"null in a list", `[1,null]`, new([]int), "[1]: it is null"},
		{"null in a struct", `{"_label":null}`, &node{}, "_label: it is null"},
		{"bool into a string", `true`, new(""), "JSON bool does not fit"},
		{"number into a bool", `1`, new(false), "JSON number does not fit into a Go bool"},
		{"text into an unsigned", `"1"`, new(uint(0)), "JSON string does not fit"},
		{"text into a float", `"1"`, new(float32(0)), "JSON string does not fit"},
		{"text into a double", `"1"`, new(float64(0)), "JSON string does not fit"},
		{"no digits", `"1 "`, new(json.Number("")), "JSON string does not fit into a Go json.Number"},
		{"list into a number", `[]`, new(json.Number("")), "JSON array does not fit"},
		{"number into a text that reads itself", `1`, new(level(0)), "JSON number 1 does not fit"},
		{"null into JSON that reads itself", `null`, new(selfRead{}), "it is null"},
		{"JSON that reads itself refuses", `"a"`, new(selfRead{}), "cannot unmarshal"},
		{"a scanner refuses", `"a"`, &sql.NullInt64{}, "converting"},
		{"a scanner of what is no number", `1e999`, &sql.NullInt64{}, "1e999"},
		{"a sql.Null of another type", `"a"`, &sql.Null[int]{}, "JSON string does not fit into a Go int"},
		{"no node", `{"_label":"P"}`, &kuzu.Node{}, "it is not a node"},
		{"no node at all", `5`, &kuzu.Node{}, "JSON number does not fit into a Go kuzu.Node"},
		{"null into a node", `null`, &kuzu.Node{}, "it is null"},
		{"no id", `{"offset":1,"x":[]}`, &kuzu.InternalID{}, "it is not an internal id"},
		{"no path", `{"_nodes":[]}`, &kuzu.Path{}, "it is not a path"},
		{"struct that cannot be filled", `{"ID":1}`, new(struct{ *base }), "embedded pointer"},
		{"into a function", "1", new(func() {}), "does not fit into a Go func()"},
		{"into another interface", "1", new(error), "does not fit into a Go error"},
	} {
		t.Run(test.name, func(t *testing.T) {
			wantError(t, cell(t, test.value).Scan(test.into), kuzu.KindInvalidRequest, test.want)
		})
	}
}

// TestScannedValuesAreTheCallers: a variable that is used for every row must not
// share memory between rows.
func TestScannedValuesAreTheCallers(t *testing.T) {
	var list []int64
	var pointer *int
	var raw json.RawMessage
	for _, step := range []struct{ value, next string }{{"[1,2]", "[3,4]"}} {
		first, second := cell(t, step.value), cell(t, step.next)
		if err := first.Scan(&list); err != nil {
			t.Fatal(err)
		}
		kept := list
		if err := second.Scan(&list); err != nil {
			t.Fatal(err)
		}
		if kept[0] != 1 || list[0] != 3 {
			t.Errorf("rows share a slice: %v and %v", kept, list)
		}
		if err := first.Scan(&raw); err != nil {
			t.Fatal(err)
		}
		raw[1] = '9'
		if err := first.Scan(&list); err != nil || list[0] != 1 {
			t.Errorf("the row was changed through a variable: %v, %v", list, err)
		}
	}
	if err := cell(t, "1").Scan(&pointer); err != nil {
		t.Fatal(err)
	}
	kept := pointer
	if err := cell(t, "2").Scan(&pointer); err != nil {
		t.Fatal(err)
	}
	if *kept != 1 || *pointer != 2 {
		t.Errorf("rows share a pointer: %d and %d", *kept, *pointer)
	}
}
