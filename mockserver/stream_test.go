package mockserver_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// chunk is any line of a stream.
type chunk struct {
	Index   int `json:"chunk_index"`
	Data    []struct{ I int }
	Columns []string
	Last    bool `json:"is_last_chunk"`
	Count   int  `json:"row_count"`
	Total   int  `json:"total_rows_sent"`
	Error   string
}

func (a *api) stream(database, cypher string) reply {
	a.Helper()
	return a.post("/databases/"+database+"/query?streaming=true", queryBody(cypher, ""))
}

func TestStream(t *testing.T) {
	const (
		inner = "chunk_index data columns is_last_chunk row_count total_rows_sent"
		last  = inner + " execution_time_ms database"
	)
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g", "")
		for _, n := range []int{0, 1, 999, 1000, 1001, 2500} {
			r := a.stream("g", count(n))
			lines := strings.SplitAfter(r.body, "\n")
			if lines[len(lines)-1] != "" || r.status != 200 {
				t.Fatalf("%d rows: got %d, ends in %q", n, r.status, lines[len(lines)-1])
			}
			lines = lines[:len(lines)-1]
			if want := max((n+999)/1000, 1); len(lines) != want {
				t.Errorf("%d rows: got %d chunks, want %d", n, len(lines), want)
			}
			rows := 0
			for i, line := range lines {
				var c chunk
				if err := json.Unmarshal([]byte(line), &c); err != nil {
					t.Fatal(err)
				}
				keys, columns := inner, []string{}
				if i == len(lines)-1 {
					keys = last
				}
				if i == 0 {
					columns = []string{"i"}
				}
				if got := topKeys(t, line); got != keys {
					t.Errorf("%d rows, chunk %d: keys are %s", n, i, got)
				}
				for _, row := range c.Data {
					if rows++; row.I != rows {
						t.Fatalf("%d rows: row %d is %d", n, rows, row.I)
					}
				}
				size := min(1000, n-1000*i)
				if c.Index != i || c.Count != size || len(c.Data) != size || c.Total != rows || c.Last != (i == len(lines)-1) || !slices.Equal(c.Columns, columns) {
					t.Errorf("%d rows, chunk %d: index %d, count %d, %d rows, total %d, last %v, columns %v", n, i, c.Index, c.Count, len(c.Data), c.Total, c.Last, c.Columns)
				}
			}
		}
	})
}

// topKeys returns the names of an object in the order in which they stand.
func topKeys(t *testing.T, object string) string {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(object))
	_, _ = dec.Token()
	var keys []string
	for dec.More() {
		key, _ := dec.Token()
		keys = append(keys, key.(string))
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			t.Fatal(err)
		}
	}
	return strings.Join(keys, " ")
}

func TestStreamBytes(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g", socialDDL)
		r := a.stream("g", bigNumber)
		r.is(200, `{"chunk_index": 0, "data": [{"big": 20100214153210447}], "columns": ["big"], "is_last_chunk": true, "row_count": 1, "total_rows_sent": 1, "execution_time_ms": <n>, "database": "g"}`+"\n")
		for name, want := range map[string]string{
			"Content-Type": "application/x-ndjson", "X-Streaming": "true", "Cache-Control": "no-cache", "Content-Length": "",
		} {
			if got := r.header.Get(name); got != want {
				t.Errorf("%s is %q", name, got)
			}
		}
		a.stream("g", addPerson).is(200, `{"chunk_index": 0, "data": [], "columns": [], "is_last_chunk": true, "row_count": 0, "total_rows_sent": 0, "execution_time_ms": <n>, "database": "g"}`+"\n")
		a.post("/databases/g/query?streaming=true", queryBody(echo, `{"p":"Zoë\u007f😀"}`)).
			is(200, `{"chunk_index": 0, "data": [{"p": "Zo\u00eb\u007f\ud83d\ude00"}], "columns": ["p"], "is_last_chunk": true, "row_count": 1, "total_rows_sent": 1, "execution_time_ms": <n>, "database": "g"}`+"\n")
	})
}

// A failure is the stream's last line, and its only one if nothing ran.
func TestStreamFaults(t *testing.T) {
	kinds := map[string]string{"Binder exception": "BinderException", "Parser exception": "ParserException", "Catalog exception": "CatalogException"}
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g", socialDDL)
		a.write("b/Person.csv", peopleCSV)
		a.post("/databases/g/ingest", `{"mode":"sync","bucket":"b","files":["Person.csv"]}`)
		const rest = `"error_type": "%s", "chunk_index": 0, "is_last_chunk": true, "row_count": 0, "total_rows_sent": 0, "execution_time_ms": <n>}` + "\n"
		for cypher, text := range faults {
			kind, _, _ := strings.Cut(text, ":")
			name := kinds[kind]
			if name == "" {
				name = "RuntimeError"
			}
			a.stream("g", cypher).is(200, `{"error": `+quote(text)+`, `+fmt.Sprintf(rest, name))
		}
		a.stream("none", "RETURN 1").is(200, `{"error": "Database 'none' not found", `+fmt.Sprintf(rest, "RuntimeError"))
		a.stream("g", " ").is(200, `{"error": "Query cannot be empty", `+fmt.Sprintf(rest, "ValueError"))
		a.stream("g", "RETURN 'immigrant'").is(200, `{"error": "Query contains forbidden keyword: GRANT", `+fmt.Sprintf(rest, "ValueError"))
	})
}
