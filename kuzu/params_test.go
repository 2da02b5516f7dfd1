package kuzu_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
)

// sent runs a statement with one parameter as a stream, which has no limits on
// values, and returns the parameter as it was sent.
func sent(t *testing.T, srv *wire, value any) string {
	t.Helper()
	rows := srv.client(t).Stream(t.Context(), "RETURN $p", kuzu.Params{"p": value})
	defer rows.Close()
	asked := srv.asked()
	if len(asked) == 0 {
		t.Fatal(rows.Err())
	}
	var body struct {
		Parameters map[string]json.RawMessage `json:"parameters"`
	}
	if err := json.Unmarshal([]byte(asked[len(asked)-1].body), &body); err != nil {
		t.Fatal(err)
	}
	return string(body.Parameters["p"])
}

type (
	paramBase    struct{ ID, Shadowed int }
	paramPointed struct{ Score float64 }
	paramLeft    struct{ Both int }
	paramRight   struct{ Both int }
	anything     struct{ Skipped int }
	paramList    struct {
		Value int
		Next  *paramList
	}
	ParamLoop struct {
		*ParamLoop
		N int
	}
)

// paramRecord has a field of each sort.
type paramRecord struct {
	paramBase
	*paramPointed
	Time     time.Time
	Renamed  float64 `kuzu:"name" json:"other"`
	Shadowed int
	Skipped  int `json:"-"`
	hidden   int
	Nested   struct {
		X int     `json:"x"`
		Y float64 `json:"y"`
	}
	Blob  []byte
	Empty string   `json:",omitempty"`
	None  []int    `json:",omitempty"`
	Zero  anything `json:",omitzero"`
	Nil   *int     `json:"nil,omitempty"`
}

// TestParametersKeepTheirType: to a server 2 is an integer and 2.0 is not, so a
// float must not lose its fraction on the way.
func TestParametersKeepTheirType(t *testing.T) {
	type celsius float32
	type point struct {
		X int     `json:"x"`
		Y float64 `json:"y"`
	}
	two, none := 2.0, (*float64)(nil)
	srv := serve(t, says(200, asNDJSON, ""))
	for _, test := range []struct {
		name  string
		value any
		want  string
	}{
		{"null", nil, "null"},
		{"bool", true, "true"},
		{"int", 933, "933"},
		{"int64 beyond a float64", int64(20100214153210447), "20100214153210447"},
		{"largest int64", int64(math.MaxInt64), "9223372036854775807"},
		{"smallest int64", int64(math.MinInt64), "-9223372036854775808"},
		{"largest uint64", uint64(math.MaxUint64), "18446744073709551615"},
		{"named int", named(5), "5"},
		{"big.Int", big.NewInt(7), "7"},
		{"json.Number", json.Number("12345678901234567890123"), "12345678901234567890123"},
		{"float with a fraction", 2.5, "2.5"},
		{"float without", 2.0, "2.0"},
		{"zero", 0.0, "0.0"},
		{"negative zero", math.Copysign(0, -1), "-0.0"},
		{"large float", 1e22, "1e+22"},
		{"small float", 1e-7, "1e-07"},
		{"a million", 1e6, "1e+06"},
		{"float32", float32(0.1), "0.1"},
		{"named float", celsius(20), "20.0"},
		{"pointer to float", &two, "2.0"},
		{"nil pointer", none, "null"},
		{"string", "Zoë <&> \"", `"Zoë \u003c\u0026\u003e \""`},
		{"named string", kuzu.SchemaCustom, `"custom"`},
		{"time", time.Date(2010, 2, 14, 15, 32, 10, 0, time.UTC), `"2010-02-14T15:32:10Z"`},
		{"bytes", []byte("hi\x00\\\xff\""), `"hi\\x00\\x5C\\xFF\""`},
		{"array of bytes", [2]byte{'h', 0xe4}, `"h\\xE4"`},
		{"no bytes", []byte(nil), "null"},
		{"bytes in a list", [][]byte{{1}}, `["\\x01"]`},
		{"time in another zone, nested", []any{time.Date(2010, 2, 14, 15, 32, 10, 123456789, time.FixedZone("", 7200))}, `["2010-02-14T15:32:10.123456789+02:00"]`},
		{"sql.Null", sql.Null[float64]{V: 2, Valid: true}, "2.0"},
		{"sql.Null of nothing", &sql.NullInt64{}, "null"},
		{"text of its own", netip.MustParseAddr("10.0.0.1"), `"10.0.0.1"`},
		{"nil pointer to one", (*big.Int)(nil), "null"},
		{"raw JSON", json.RawMessage(`[1, 2]`), "[1,2]"},
		{"floats", []float64{1, 2.5}, "[1.0,2.5]"},
		{"array", [2]float32{1, 2}, "[1.0,2.0]"},
		{"mixed list", []any{1, 2.0, "a", nil, []any{3.0}}, `[1,2.0,"a",null,[3.0]]`},
		{"empty list", []string{}, "[]"},
		{"nil list", []string(nil), "null"},
		{"map of floats", map[string]float64{"a": 1}, `{"a":1.0}`},
		{"map in a list", []map[string]any{{"a\"b": 1.0}}, `[{"a\"b":1.0}]`},
		{"map, in the order of its keys", map[string]int{"c": 3, "a": 1, "b": 2, "e": 5, "d": 4}, `{"a":1,"b":2,"c":3,"d":4,"e":5}`},
		{"empty map", map[string]any{}, "{}"},
		{"nil map", map[string]any(nil), "null"},
		{"map by number", map[int]float64{10: 1, 2: 2}, `{"10":1.0,"2":2.0}`},
		{"map by unsigned number", map[uint8]string{1: "a"}, `{"1":"a"}`},
		{"map by text of its own", map[netip.Addr]int{netip.MustParseAddr("10.0.0.1"): 1}, `{"10.0.0.1":1}`},
		{"struct", point{1, 2}, `{"x":1,"y":2.0}`},
		{"structs in a list in a map", map[string]any{"a": []*point{{1, 2}, nil}}, `{"a":[{"x":1,"y":2.0},null]}`},
		{"struct with everything", paramRecord{
			paramBase: paramBase{ID: 1, Shadowed: 2}, paramPointed: &paramPointed{Score: 3}, Time: time.Date(2010, 2, 14, 0, 0, 0, 0, time.UTC),
			Renamed: 4, Shadowed: 5, Skipped: 6, hidden: 7, Nested: point{8, 9}, Blob: []byte{0},
		}, `{"ID":1,"Score":3.0,"Time":"2010-02-14T00:00:00Z","name":4.0,"Shadowed":5,"Nested":{"x":8,"y":9.0},"Blob":"\\x00"}`},
		{"struct with little", paramRecord{}, `{"ID":0,"Time":"0001-01-01T00:00:00Z","name":0.0,"Shadowed":0,"Nested":{"x":0,"y":0.0},"Blob":null}`},
		{"struct with ambiguous fields", struct {
			paramLeft
			paramRight
			Own int
		}{}, `{"Own":0}`},
		{"struct in itself", paramList{1, &paramList{2, nil}}, `{"Value":1,"Next":{"Value":2,"Next":null}}`},
		{"struct embedded in itself", &ParamLoop{N: 1}, `{"N":1}`},
		{"empty struct", struct{}{}, "{}"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := sent(t, srv, test.value); got != test.want {
				t.Errorf("sent as %s, want %s", got, test.want)
			}
		})
	}
}

func TestParametersOnTheWire(t *testing.T) {
	srv := serve(t, says(200, asJSON, `{"data":[],"columns":[],"execution_time_ms":1,"row_count":0,"database":"social"}`))
	c := srv.client(t)
	for _, test := range []struct {
		statement string
		params    kuzu.Params
		want      string
	}{
		{"RETURN 1", nil, `{"cypher":"RETURN 1","database":"social"}`},
		{"RETURN 1", kuzu.Params{}, `{"cypher":"RETURN 1","database":"social"}`},
		{" RETURN $a + $a ; // twice", kuzu.Params{"a": 1}, `{"cypher":" RETURN $a + $a","database":"social","parameters":{"a":1}}`},
		{"RETURN $my_name", kuzu.Params{"my_name": nil}, `{"cypher":"RETURN $my_name","database":"social","parameters":{"my_name":null}}`},
		{"RETURN $n", kuzu.Params{"n": 1_000_000_000_000_000}, `{"cypher":"RETURN $n","database":"social","parameters":{"n":1000000000000000}}`},
		{"RETURN $n", kuzu.Params{"n": "9223372036854775807"}, `{"cypher":"RETURN $n","database":"social","parameters":{"n":"9223372036854775807"}}`},
	} {
		if _, err := c.Query(t.Context(), test.statement, test.params); err != nil {
			t.Errorf("%s: %v", test.statement, err)
			continue
		}
		asked := srv.asked()
		last := asked[len(asked)-1]
		if got := strings.TrimSpace(last.body); got != test.want {
			t.Errorf("sent %s, want %s", got, test.want)
		}
		if last.method != "POST" || last.uri != "/databases/social/query" || last.header.Get("Content-Type") != asJSON {
			t.Errorf("asked %s %s with %v", last.method, last.uri, last.header)
		}
		if last.header.Get("Content-Length") == "" {
			t.Error("the length was not sent; servers check it against their limit")
		}
	}
}

// TestParametersAreNotKept: what the caller changes later was sent as it was.
func TestParametersAreNotKept(t *testing.T) {
	srv := serve(t, says(200, asNDJSON, ""))
	list := []any{1.0}
	if got := sent(t, srv, &list); got != "[1.0]" {
		t.Errorf("sent %s", got)
	}
	if list[0] != 1.0 {
		t.Errorf("the caller's value was changed to %v", list[0])
	}
}

// TestLimitsOfPlainQueries goes to the edge of each on both sides. What a plain
// query refuses goes out as a stream.
func TestLimitsOfPlainQueries(t *testing.T) {
	srv := serve(t, says(http.StatusTeapot, "text/plain", ""))
	c := srv.client(t, kuzu.WithMaxRequestBytes(1<<20))
	many := func(n int) kuzu.Params {
		params := kuzu.Params{}
		for i := range n {
			params[fmt.Sprintf("p%d", i)] = i
		}
		return params
	}
	for name, test := range map[string]struct {
		fits, breaks kuzu.Params
		want         string
	}{
		"parameters":             {many(50), many(51), "51 parameters, and servers take 50"},
		"name":                   {kuzu.Params{"_a1": 1}, kuzu.Params{"`a b`": 1}, "parameter $`a b` has a name that is no identifier"},
		"name of a number":       {nil, kuzu.Params{"1": 1}, "parameter $1 has a name that is no identifier"},
		"name of a field":        {kuzu.Params{"a": map[string]any{"b": map[string]any{"c.d": 1}}}, kuzu.Params{"a": map[string]any{"b": map[string]any{"c d": 1}}}, "parameter $a.b.c d has a name"},
		"text":                   {kuzu.Params{"a": strings.Repeat("ä", 10_000)}, kuzu.Params{"a": strings.Repeat("ä", 10_001)}, "parameter $a has 10001 characters and may have 10000"},
		"text in a struct":       {kuzu.Params{"a": map[string]string{"b": strings.Repeat("<", 10_000)}}, kuzu.Params{"a": map[string]string{"b": strings.Repeat("<", 10_001)}}, "parameter $a.b has 10001 characters"},
		"text in a list":         {kuzu.Params{"a": []string{strings.Repeat("x", 20_000)}}, kuzu.Params{"a": []string{strings.Repeat("x", 50_001)}}, "elements of 50001 characters together"},
		"list":                   {kuzu.Params{"a": make([]int, 1000)}, kuzu.Params{"a": make([]int, 1001)}, "parameter $a has 1001 elements and may have 1000"},
		"list of text":           {kuzu.Params{"a": slices.Repeat([]string{strings.Repeat("x", 100)}, 500)}, kuzu.Params{"a": slices.Repeat([]string{strings.Repeat("x", 101)}, 500)}, "elements of 50500 characters"},
		"list of nested values":  {kuzu.Params{"a": [][]string{{strings.Repeat("x", 49_000)}}}, kuzu.Params{"a": []any{map[string]any{"k": strings.Repeat("x", 49_993)}, true, 933}}, "elements of 50001 characters"},
		"struct":                 {kuzu.Params{"a": map[string]any(many(50))}, kuzu.Params{"a": map[string]any(many(51))}, "parameter $a has 51 fields and may have 50"},
		"number":                 {kuzu.Params{"a": int64(1e15)}, kuzu.Params{"a": int64(1e15) + 1}, "parameter $a is larger than 1e15"},
		"number in a struct":     {kuzu.Params{"a": map[string]any{"b": -1e15}}, kuzu.Params{"a": map[string]any{"b": int64(-1e15) - 1}}, "parameter $a.b is larger than 1e15"},
		"numbers in a list pass": {kuzu.Params{"a": []int64{math.MaxInt64}}, kuzu.Params{"a": json.Number("1e400")}, "parameter $a is larger than 1e15"},
	} {
		t.Run(name, func(t *testing.T) {
			ask := func(params kuzu.Params) (plain, stream error) {
				statement := "RETURN 1"
				for name := range params {
					statement += ", $" + name
				}
				_, plain = c.Query(t.Context(), statement, params)
				rows := c.Stream(t.Context(), statement, params)
				defer rows.Close()
				rows.Next()
				return plain, rows.Err()
			}
			plain, stream := ask(test.fits)
			wantError(t, plain, kuzu.KindInvalidRequest, "(418)") // it was sent
			wantError(t, stream, kuzu.KindInvalidRequest, "(418)")
			plain, stream = ask(test.breaks)
			wantError(t, plain, kuzu.KindInvalidRequest, test.want, "Stream")
			wantError(t, stream, kuzu.KindInvalidRequest, "(418)")
			if strings.Contains(plain.Error(), "xxxx") || len(plain.Error()) > 1000 {
				t.Errorf("the error repeats the value: %.2000s", plain)
			}
		})
	}
}

// TestErrorsNameParametersForValues: the engine quotes values, and these must
// not get into logs.
func TestErrorsNameParametersForValues(t *testing.T) {
	for _, test := range []struct {
		params         kuzu.Params
		detail, errors string
	}{
		{kuzu.Params{"a": "s3cr3t"}, `Cast failed. Could not convert "s3cr3t" to INT64.`, `Cast failed. Could not convert "$a" to INT64.`},
		{kuzu.Params{"a": int64(20100214153)}, `Found duplicated primary key value 20100214153, which violates`, `Found duplicated primary key value $a, which violates`},
		{kuzu.Params{"a": 3.14}, `duplicated primary key value 3.140000, which 3.14`, `duplicated primary key value $a, which $a`},
		{kuzu.Params{"a": 2.0}, `duplicated primary key value 2.000000, which`, `duplicated primary key value $a, which`},
		{kuzu.Params{"a": 1}, `duplicated primary key value 1, or "1"`, `duplicated primary key value 1, or "$a"`},
		{kuzu.Params{"a": "a"}, `Could not convert "a" to a DATE, or 'a'`, `Could not convert "$a" to a DATE, or '$a'`},
		{kuzu.Params{"a": ""}, `Could not convert "" to INT64.`, `Could not convert "" to INT64.`},
		{kuzu.Params{"a": "code", "b": "code x"}, `decoded code x, codes, code`, `decoded $b, codes, $a`},
		{kuzu.Params{"a": map[string]any{"k": []any{"deep_value", 12345}}}, `Could not convert "deep_value" or 12345`, `Could not convert "$a" or $a`},
		{kuzu.Params{"a": strings.Repeat("s3cr3t-", 1000)}, strings.Repeat("s3cr3t-", 1000), "$a [cut]"},
	} {
		body, err := json.Marshal(map[string]string{"detail": "Query execution error: Runtime exception: " + test.detail})
		if err != nil {
			t.Fatal(err)
		}
		_, err = serve(t, says(500, asJSON, string(body))).client(t).Query(t.Context(), "RETURN "+sentNames(test.params), test.params)
		wantError(t, err, kuzu.KindExecution, "Runtime exception: "+test.errors)
		if len(test.detail) < 4000 {
			rows := serve(t, says(200, asNDJSON, strings.ReplaceAll(strings.ReplaceAll(string(body), "detail", "error"), "}", `,"is_last_chunk":true}`)+"\n")).client(t).
				Stream(t.Context(), "RETURN "+sentNames(test.params), test.params)
			rows.Next()
			wantError(t, rows.Err(), kuzu.KindExecution, "Runtime exception: "+test.errors)
		}
		if strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("the error repeats the value: %v", err)
		}
	}
}

func sentNames(params kuzu.Params) string {
	var names []string
	for name := range params {
		names = append(names, "$"+name)
	}
	return strings.Join(names, " + ")
}
