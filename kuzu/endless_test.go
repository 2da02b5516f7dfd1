package kuzu_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
)

// endless answers with a stream of any length that it does not hold in memory:
// one chunk again and again, with other numbers.
type endless struct {
	first  []byte
	chunks int
}

func (e *endless) RoundTrip(req *http.Request) (*http.Response, error) {
	head := []byte(`{"chunk_index": 0, `)
	at := bytes.LastIndex(e.first, []byte(`], "columns"`))
	data := e.first[len(head):at]
	r, w := io.Pipe()
	go func() {
		for i := range e.chunks {
			_, _ = fmt.Fprintf(w, `{"chunk_index": %d, %s], "columns": ["id", "name", "score", "active", "city"], "is_last_chunk": %t, "row_count": 1000, "total_rows_sent": %d}`+"\n",
				i, data, i == e.chunks-1, (i+1)*1000)
		}
		_ = w.Close()
	}()
	return &http.Response{StatusCode: 200, ProtoMajor: 1, ProtoMinor: 1, Request: req, Header: http.Header{"Content-Type": {asNDJSON}}, Body: r}, nil
}
