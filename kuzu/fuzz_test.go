package kuzu_test

import (
	"bytes"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/kuzu"
)

// replay answers every request with a stream from memory.
type replay struct{ stream []byte }

func (r *replay) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: 200, ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header: http.Header{"Content-Type": {asNDJSON}},
		Body:   io.NopCloser(bytes.NewReader(r.stream)),
	}, nil
}

// cells is a row of fuzzed lines. Pointers take a null; B is an interface so that
// everything fits somewhere.
type cells struct {
	I *int64
	S *string
	F *float64
	T *bool
	A any
	L []string
}

// line is what encoding/json makes of the line of a stream.
type line struct {
	rows []cells
	anys [][]any
	ok   bool
}

// expected reads a line that is a whole stream with encoding/json alone.
func expected(text []byte) (l line) {
	var chunk map[string]json.RawMessage
	var rows []map[string]json.RawMessage
	var columns []string
	var index, count, total int64
	var last bool
	var failure *string
	var took float64
	if json.Unmarshal(text, &chunk) != nil || chunk == nil {
		return l
	}
	for name, into := range map[string]any{
		"data": &rows, "columns": &columns, "chunk_index": &index, "row_count": &count,
		"total_rows_sent": &total, "is_last_chunk": &last, "error": &failure, "execution_time_ms": &took,
	} {
		if raw, there := chunk[name]; there && json.Unmarshal(raw, into) != nil {
			return l
		}
	}
	if failure != nil || rows == nil || index != 0 || count != int64(len(rows)) || total != count || !last {
		return l
	}
	want := []string{"i", "s", "f", "t", "a", "l"}
	sorted := slices.Sorted(slices.Values(columns))
	if !slices.Equal(sorted, slices.Sorted(slices.Values(want))) {
		return l
	}
	for _, row := range rows {
		var c cells
		if len(row) != len(want) {
			return l
		}
		for name, into := range map[string]any{"i": &c.I, "s": &c.S, "f": &c.F, "t": &c.T, "l": &c.L, "a": new(any)} {
			raw, there := row[name]
			if !there || json.Unmarshal(raw, into) != nil {
				return l
			}
		}
		if hasNull(row["l"]) {
			return l // which encoding/json takes for ""
		}
		values := make([]any, len(columns))
		for i, column := range columns {
			dec := json.NewDecoder(bytes.NewReader(row[column]))
			dec.UseNumber()
			if dec.Decode(&values[i]) != nil {
				return l
			}
			var fine bool
			if values[i], fine = settled(values[i]); !fine {
				return l
			}
			if column == "a" {
				c.A = values[i]
			}
		}
		l.rows, l.anys = append(l.rows, c), append(l.anys, values)
	}
	l.ok = true
	return l
}

func hasNull(list json.RawMessage) bool {
	var items []*string
	return json.Unmarshal(list, &items) == nil && slices.Contains(items, nil)
}

// settled puts numbers into the types that an any holds.
func settled(value any) (any, bool) {
	fine := true
	switch v := value.(type) {
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			f, err := v.Float64()
			return f, err == nil
		}
		if n, err := v.Int64(); err == nil {
			return n, true
		}
		n, _ := new(big.Int).SetString(v.String(), 10)
		if n.IsUint64() {
			return n.Uint64(), true
		}
		return n, true
	case []any:
		for i := range v {
			var ok bool
			v[i], ok = settled(v[i])
			fine = fine && ok
		}
	case map[string]any:
		for name := range v {
			var ok bool
			v[name], ok = settled(v[name])
			fine = fine && ok
		}
	}
	return value, fine
}

const fuzzTail = `, "columns": ["i", "s", "f", "t", "a", "l"], "is_last_chunk": true, "row_count": 2, "total_rows_sent": 2, "execution_time_ms": 1.5, "database": "d"}`

// FuzzLine holds every line against encoding/json: it is accepted or refused
// alike, and the values are the same, both into a struct and into anys.
func FuzzLine(f *testing.F) {
	two := func(first, second string) string {
		return `{"chunk_index": 0, "data": [` + first + ", " + second + "]" + fuzzTail
	}
	plain := `{"i": 9007199254740993, "s": "Ann", "f": 1.5, "t": true, "a": [1, {"x": null}], "l": ["a", "b"]}`
	for _, seed := range []string{
		two(plain, plain),
		two(plain, `{"i": -1, "s": "Zo\u00eb \ud83d\ude00 \ud83d", "f": 1e-07, "t": false, "a": 1.0, "l": null}`),
		two(plain, `{"i": null, "s": null, "f": null, "t": null, "a": null, "l": []}`),
		two(plain, `{"s": "out of order", "i": 0, "f": 12345678901234567890.25, "t": true, "a": 18446744073709551616, "l": []}`),
		two(plain, `{"i": 9223372036854775808, "s": "", "f": 1, "t": true, "a": "", "l": []}`),
		two(plain, `{"i":-9223372036854775808,"s":"\"\\\/\b\f\n\r\t","f":-0.0,"t":true,"a":{"a":1,"a":2},"l":["\u0000"]}`),
		two(plain, `{"i": 01, "s": "", "f": 1., "t": tru, "a": nul, "l": [,]}`),
		two(plain, `{"i": 1, "i": 2, "s": "", "f": 1, "t": true, "a": "", "l": []}`),
		two(plain, "{\"i\": 1, \"s\": \"\xff\xed\xa0\x80\x01\", \"f\": 1, \"t\": true, \"a\": \"\x7f\", \"l\": []}"),
		two(plain, `{"i": 1, "s": "], \"columns\": [", "f": 0.1, "t": true, "a": {"columns": [1], "is_last_chunk": true}, "l": ["]"]}`),
		`{"columns": ["l", "a", "t", "f", "s", "i"], "data": [], "is_last_chunk": true, "error": null}`,
		`{"chunk_index": 0, "data": [] , "columns" : ["i","s","f","t","a","l"],"is_last_chunk":true,"row_count":0,"total_rows_sent":0}  `,
		`{"error": "Binder exception: x", "error_type": "BinderException"}`,
		`{"chunk_index": 0, "data": [{}], "columns": ["i"], "is_last_chunk": true, "row_count": 1, "total_rows_sent": 1}`,
	} {
		f.Add([]byte(seed))
	}
	wire := &replay{}
	c, err := kuzu.New("http://memory:8001", kuzu.WithGraph("social"), kuzu.WithTransport(wire))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		text = bytes.ReplaceAll(text, []byte("\n"), []byte(" "))
		wire.stream = append(slices.Clone(text), '\n')
		var got []cells
		var errTyped error
		for row, err := range kuzu.StreamAs[cells](t.Context(), c, "RETURN 1", nil) {
			if errTyped = err; err == nil {
				got = append(got, row)
			}
		}
		var anys [][]any
		rows := c.Stream(t.Context(), "RETURN 1", nil)
		var errAny error
		for row, err := range rows.All() {
			if errAny = err; err != nil {
				break
			}
			values, err := row.Values()
			if errAny = err; err != nil {
				break
			}
			anys = append(anys, values)
		}
		if bytes.Contains(text, []byte("NaN")) || bytes.Contains(text, []byte("Infinity")) {
			return // which encoding/json does not take
		}
		want := expected(text)
		if want.ok != (errTyped == nil) {
			t.Fatalf("encoding/json accepts it: %t; StreamAs: %v", want.ok, errTyped)
		}
		if !want.ok {
			return
		}
		if errAny != nil || !reflect.DeepEqual(anys, want.anys) {
			t.Errorf("dynamic rows: %v, %v, want %v", anys, errAny, want.anys)
		}
		if !reflect.DeepEqual(got, want.rows) {
			t.Errorf("typed rows: %+v, want %+v", got, want.rows)
		}
	})
}
