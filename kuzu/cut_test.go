package kuzu_test

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/robosystems/kuzuclient/kuzu"
)

// threeChunks is a stream of five rows, with a character of several bytes and an
// empty chunk in it.
const threeChunks = `{"chunk_index": 0, "data": [{"n": 0, "s": "Zo\u00eb"}, {"n": 1, "s": "Zoë"}], "columns": ["n", "s"], "is_last_chunk": false, "row_count": 2, "total_rows_sent": 2}
{"chunk_index": 1, "data": [], "columns": [], "is_last_chunk": false, "row_count": 0, "total_rows_sent": 2}
{"chunk_index": 2, "data": [{"n": 2, "s": "}"}, {"n": 3, "s": null}, {"n": 4, "s": ""}], "columns": [], "is_last_chunk": true, "row_count": 3, "total_rows_sent": 5, "execution_time_ms": 1.5, "database": "social"}
`

// TestNoCutIsTakenForTheEnd cuts a stream at every byte, in each way that a
// connection ends. Only a last chunk that came with the end of its line may read
// as success; all else is an error, and the rows before it are right.
func TestNoCutIsTakenForTheEnd(t *testing.T) {
	const stream = threeChunks
	for name, end := range map[string]func(w http.ResponseWriter, body string){
		"clean end": func(w http.ResponseWriter, body string) { says(200, asNDJSON, body)(w, nil) },
		"dropped":   cutOffAt,
		"announced length": func(w http.ResponseWriter, body string) {
			w.Header().Set("Content-Length", strconv.Itoa(len(stream)+1)) // one more than the whole
			cutOffAt(w, body)
		},
	} {
		t.Run(name, func(t *testing.T) {
			var at atomic.Int64
			c := serve(t, func(w http.ResponseWriter, _ *http.Request) { end(w, stream[:at.Load()]) }).client(t)
			for cut := range len(stream) + 1 {
				at.Store(int64(cut))
				if err := readCut(t, c, cut == len(stream)); err != nil {
					t.Errorf("cut at byte %d of %d: %v", cut, len(stream), err)
				}
			}
		})
	}
}

func cutOffAt(w http.ResponseWriter, body string) { cutOff(asNDJSON, body)(w, nil) }

// readCut reads a stream through all three ways and says what is wrong with it.
func readCut(t *testing.T, c *kuzu.Client, complete bool) error {
	t.Helper()
	type row struct {
		N int
		S *string
	}
	rows := c.Stream(t.Context(), "RETURN 1", nil)
	n := 0
	for ; rows.Next(); n++ {
		var r row
		if err := rows.Scan(&r.N, &r.S); err != nil || r.N != n {
			return fmt.Errorf("row %d is %+v, %w", n, r, err)
		}
	}
	results := map[string]error{"Next": rows.Err()}
	for _, err := range c.Stream(t.Context(), "RETURN 1", nil).All() {
		results["All"] = err
	}
	for _, err := range kuzu.StreamAs[row](t.Context(), c, "RETURN 1", nil) {
		results["StreamAs"] = err
	}
	for way, err := range results {
		switch {
		case complete && (err != nil || n != 5):
			return fmt.Errorf("%s: %d rows and %w at the end", way, n, err)
		case !complete && err == nil:
			return fmt.Errorf("%s: it passes for complete after %d rows", way, n)
		case !complete && !errors.Is(err, kuzu.ErrTruncated) && !errors.Is(err, kuzu.ErrProtocol) && !errors.Is(err, kuzu.ErrUnstreamable):
			return fmt.Errorf("%s: an error of another kind: %w", way, err)
		}
	}
	if !complete && n == 5 {
		return errors.New("rows of a line that has not ended were handed out")
	}
	return nil
}

// TestBrokenConnections are told from streams that just end.
func TestBrokenConnections(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		want []string
	}{
		"before a row":     {"", []string{"truncated", "broke off after 0 rows", "unexpected EOF"}},
		"between chunks":   {firstChunk, []string{"truncated", "broke off after 2 rows"}},
		"within the chunk": {firstChunk + lastChunk[:50], []string{"truncated", "broke off after 2 rows"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readStream(t, serve(t, cutOff(asNDJSON, test.body)).client(t))
			wantError(t, err, kuzu.KindTruncated, test.want...)
		})
	}
	t.Run("after the last chunk", func(t *testing.T) {
		n, err := readStream(t, serve(t, cutOff(asNDJSON, firstChunk+lastChunk)).client(t))
		if n != 3 || err != nil {
			t.Errorf("all rows had come, and still: %d rows, %v", n, err)
		}
	})
}
