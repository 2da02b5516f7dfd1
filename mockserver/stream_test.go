package mockserver_test

import (
	"encoding/json"
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
