package chunk_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/internal/chunk"
)

// TestParse reads the lines of the protocol, and those that look like them.
func TestParse(t *testing.T) {
	const tail = `], "columns": ["n", "x\"columns\""], "is_last_chunk": true, "row_count": 1, "total_rows_sent": 1, "execution_time_ms": 2.5, "database": "d"}`
	whole := chunk.Chunk{Columns: []string{"n", `x"columns"`}, Last: true, RowCount: 1, Total: 1, ExecutionTime: 2.5, HasData: true}
	with := func(rows string, change func(*chunk.Chunk)) chunk.Chunk {
		c := whole
		c.Rows = []byte(rows)
		if change != nil {
			change(&c)
		}
		return c
	}
	for name, test := range map[string]struct {
		line string
		want chunk.Chunk
	}{
		"as sent":            {`{"chunk_index": 0, "data": [{"n": 1}` + tail, with(`{"n": 1}`, nil)},
		"compact":            {`{"chunk_index":0,"data":[1],"columns":[],"is_last_chunk":false,"row_count":1,"total_rows_sent":1}`, chunk.Chunk{Rows: []byte("1"), HasData: true, RowCount: 1, Total: 1}},
		"blanks":             {" {\"chunk_index\": 3 ,\t\"data\" : [ ] ,\r\"columns\" : [ ] , \"is_last_chunk\" : false , \"row_count\" : 0 , \"total_rows_sent\" : 7 } ", chunk.Chunk{Index: 3, Rows: []byte(" "), HasData: true, Total: 7}},
		"its end in a text":  {`{"chunk_index": 0, "data": [{"n": "], \"columns\": ["}` + tail, with(`{"n": "], \"columns\": ["}`, nil)},
		"its end in a value": {`{"chunk_index": 0, "data": [{"n": [1], "columns": []}` + tail, with(`{"n": [1], "columns": []}`, nil)},
		"a column of its name": {`{"chunk_index": 0, "data": [1], "columns": ["a", "columns"], "is_last_chunk": true, "row_count": 1, "total_rows_sent": 1, "execution_time_ms": 2.5, "database": "d"}`,
			with("1", func(c *chunk.Chunk) { c.Columns = []string{"a", "columns"} })},
		"another order": {`{"columns": ["a"], "is_last_chunk": true, "data": [{"columns": [1], "is_last_chunk": true}], "row_count": 2, "x": {}}`,
			chunk.Chunk{Columns: []string{"a"}, Last: true, RowCount: 2, HasData: true, Rows: []byte(`{"columns": [1], "is_last_chunk": true}`)}},
		"the last of two":  {`{"row_count": 1, "row_count": 2, "data": null}`, chunk.Chunk{RowCount: 2}},
		"failed":           {`{"error": "no \u00e4", "error_type": "RuntimeError", "chunk_index": 0}`, chunk.Chunk{Error: "no ä", Failed: true}},
		"no failure":       {`{"error": null}`, chunk.Chunk{}},
		"without anything": {`{}`, chunk.Chunk{}},
		"escaped names":    {`{"row\u005fcount": 5}`, chunk.Chunk{RowCount: 5}},
	} {
		if got, err := chunk.Parse([]byte(test.line)); err != nil || !equal(got, test.want) {
			t.Errorf("%s: got %+v, %v, want %+v", name, got, err, test.want)
		}
	}
	for _, line := range []string{
		"", "null", "[]", "{", `{"a"}`, `{"a":}`, `{"a":1,}`, `{"a":1} x`, `{a:1}`, `{"a":1 "b":2}`, `{"row_count": 1.5}`, `{"columns": [1]}`,
		`{"data": {}}`, `{"is_last_chunk": 1}`, `{"error": 5}`, `{"chunk_index": 9223372036854775808}`, `{"data": [1}`, `{"execution_time_ms": "x"}`,
		`{"chunk_index": 0, "data": [1], "columns": [], "is_last_chunk": maybe, "row_count": 1, "total_rows_sent": 1}`,
	} {
		if got, err := chunk.Parse([]byte(line)); err == nil {
			t.Errorf("%q became %+v", line, got)
		}
	}
}

func equal(a, b chunk.Chunk) bool {
	if len(a.Columns) == 0 && len(b.Columns) == 0 {
		a.Columns, b.Columns = nil, nil
	}
	if string(a.Rows) != string(b.Rows) {
		return false
	}
	a.Rows, b.Rows = nil, nil
	return reflect.DeepEqual(a, b)
}

func TestCount(t *testing.T) {
	for text, want := range map[string]int64{"": 0, "  ": 0, "{}": 1, " {} , {\"a\": [{}]} ": 2} {
		if n, err := chunk.Count([]byte(text)); err != nil || n != want {
			t.Errorf("%q: %d, %v", text, n, err)
		}
	}
	for _, text := range []string{",", "{}{}", "{},", "{} x", "1", "{}, 1", "{", "null"} {
		if n, err := chunk.Count([]byte(text)); err == nil {
			t.Errorf("%q counts %d", text, n)
		}
	}
}

// values are those that encoding/json takes, or just does not.
var values = []string{
	"", " ", "0", "-0", "-", "01", "1.", ".5", "1.5", "1e5", "1E+05", "1e-", "-1.25e-300", "1e999", "9007199254740993", "-9223372036854775808", "9223372036854775808",
	"18446744073709551615", "0.1", "123456789012345678.5", "0.000000000000000000000001", "99999999999999999999", "12345678", "1234567812345678", "4503599627370497.5",
	"true", "false", "null", "tru", "nul", "truefalse", `""`, `"a"`, `"`, `"\"`, `"\x"`, `"\u12"`, `"\u12g4"`, `"\ud800"`, `"\ud83d\ude00"`, `"\ud800\u0041"`, "\"\x1f\"", "\"\x7f\"", "\"\xff\"",
	`"eight by"`, `"seven b` + "\x01\"", `"Zoë"`, `"\u00eb long enough for words of eight bytes"`, `"\"\\\/\b\f\n\r\t"`,
	"[]", "[ ]", "[1,2]", "[1,]", "[,1]", "[1 2]", "[1", "{}", "{ }", `{"a":1}`, `{"a" : 1 , "b":[]}`, `{"a":1,}`, `{,}`, `{"a"}`, `{"a",1}`, `{1:2}`, `{"a":1`, `[{"a":[[{}]]}]`, "]", "}", ":", ",",
	"NaN", "Infinity", "-Infinity", "-NaN", "nan", "Inf",
}

// tokens are what encoding/json does not take and servers write.
func isToken(text string) bool { return text == "NaN" || text == "Infinity" || text == "-Infinity" }

// check holds one value against encoding/json.
func check(t *testing.T, text string) {
	t.Helper()
	data := []byte(text)
	end, err := chunk.Skip(data, 0)
	if ok := err == nil && end == len(data); !strings.ContainsAny(text, "NI") && ok != (json.Valid(data) && strings.TrimSpace(text) == text) {
		t.Errorf("%q is valid: %t; Skip ends at %d with %v", text, json.Valid(data), end, err)
	}
	var n int64
	if _, end, ok := chunk.Int(data, 0); ok && end == len(data) {
		got, _, _ := chunk.Int(data, 0)
		if err := json.Unmarshal(data, &n); err != nil || got != n {
			t.Errorf("Int(%q) is %d, want %d, %v", text, got, n, err)
		}
	} else if json.Unmarshal(data, &n) == nil && text != "null" && strings.TrimSpace(text) == text {
		t.Errorf("Int(%q) refuses %d", text, n)
	}
	var f float64
	if got, end, ok := chunk.Float(data, 0); ok && end == len(data) && !isToken(text) {
		if err := json.Unmarshal(data, &f); err != nil || math.Float64bits(got) != math.Float64bits(f) {
			t.Errorf("Float(%q) is %v, want %v, %v", text, got, f, err)
		}
	} else if json.Unmarshal(data, &f) == nil && text != "null" && strings.TrimSpace(text) == text {
		t.Errorf("Float(%q) refuses %v", text, f)
	}
	if strings.HasPrefix(text, `"`) {
		var s string
		end, plain, err := chunk.Text(data, 0)
		if ok := err == nil && end == len(data); ok != (json.Unmarshal(data, &s) == nil && strings.TrimSpace(text) == text) {
			t.Errorf("Text(%q) ends at %d with %v", text, end, err)
		} else if ok {
			if got := string(chunk.AppendText(nil, data[1:end-1])); got != s || plain && s != text[1:len(text)-1] {
				t.Errorf("%q is %q, plain %t, want %q", text, got, plain, s)
			}
		}
	}
}

func TestValuesAgreeWithTheStandardLibrary(t *testing.T) {
	for _, text := range values {
		check(t, text)
	}
	for _, text := range []string{"NaN", "Infinity", "-Infinity"} {
		want, _ := strconv.ParseFloat(text, 64)
		got, end, ok := chunk.Float([]byte(text), 0)
		if !ok || end != len(text) || got != want && !math.IsNaN(want) || math.IsNaN(got) != math.IsNaN(want) {
			t.Errorf("%s is %v, %t", text, got, ok)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		f := math.Float64frombits(random.Uint64())
		if math.IsNaN(f) || math.IsInf(f, 0) {
			continue
		}
		check(t, strconv.FormatFloat(f, "feg"[random.IntN(3)], -1, 64))
		check(t, strconv.FormatFloat(float64(random.Int64N(1e17))/1e6, 'f', -1, 64))
		check(t, strconv.FormatInt(random.Int64()>>random.IntN(64)*int64(1-2*random.IntN(2)), 10))
	}
}

func TestNestingIsBounded(t *testing.T) {
	for depth, want := range map[int]bool{10_000: true, 10_001: false} {
		text := strings.Repeat("[", depth) + strings.Repeat("]", depth)
		if _, err := chunk.Skip([]byte(text), 0); (err == nil) != want || json.Valid([]byte(text)) != want {
			t.Errorf("%d levels: %v", depth, err)
		}
	}
}

func FuzzValue(f *testing.F) {
	for _, text := range values {
		f.Add(text)
	}
	f.Fuzz(check)
}
