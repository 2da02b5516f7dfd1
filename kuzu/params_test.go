package kuzu_test

import (
	"encoding/json"
	"math"
	"math/big"
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
		{"bytes", []byte("hi"), `"aGk="`},
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
		{"map by number", map[int]string{1: "a"}, `{"1":"a"}`},
		{"struct", point{1, 2.5}, `{"x":1,"y":2.5}`},
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
		{"RETURN $`my name`", kuzu.Params{"`my name`": nil}, "{\"cypher\":\"RETURN $`my name`\",\"database\":\"social\",\"parameters\":{\"`my name`\":null}}"},
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
