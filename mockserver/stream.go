package mockserver

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// chunkRows is the number of rows in a chunk of a stream.
const chunkRows = 1000

// streamQuery answers a query with NDJSON. Headers leave before the statement
// runs; a failure after them is the stream's last line.
func (s *Server) streamQuery(w http.ResponseWriter, r *http.Request, name string, q Query) {
	started := time.Now()
	if refusal := s.admit(name); refusal != nil {
		writeJSON(w, http.StatusServiceUnavailable, refusal)
		return
	}
	s.admission.leave(name) // as deployed: a stream does not count once it has begun
	if status, body, ok := s.checkGraphID(name); !ok {
		if body == nil {
			writeServerError(w)
			return
		}
		writeJSON(w, status, body)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("X-Streaming", "true")
	w.Header().Set("Cache-Control", "no-cache")
	out := &chunkWriter{w: w, control: http.NewResponseController(w), enc: newStreamEncoder(), quirks: s.quirks.load(), started: started}
	out.pass = func() bool { return s.loop.pass(r.Context()) }
	out.enc.unstreamable, out.enc.nan = s.quirks.Has(QuirkUnstreamable), s.quirks.Has(QuirkNaNTokens)
	w.WriteHeader(http.StatusOK)
	if flush(out.control) != nil {
		return // the client is gone
	}
	if _, detail := refuse(q.Cypher); detail != "" {
		out.failLate(detail, "ValueError")
		return
	}
	cypher := q.Cypher
	q.Cypher = translate(cypher)
	ctx, cancel := s.bound(r.Context(), engineTimeout, nil)
	defer cancel()
	result, err := s.run(ctx, name, q)
	switch {
	case errors.Is(err, ErrDatabaseNotFound):
		out.failLate(notFoundQuoted(name), "RuntimeError")
		return
	case err != nil:
		out.fail(err.Error(), errorType(err))
		return
	}
	defer result.Close()
	columns := result.Columns()
	if s.quirks.Has(QuirkTextColumns) {
		columns = textColumns(cypher, columns)
	}
	switch err := out.copy(name, columns, result); {
	case err == nil:
		s.queries.add(name)
	case !errors.Is(err, errClientGone):
		out.failLate(err.Error(), errorType(err))
	}
}

// errorType is the name that the deployed server gives to a failure.
func errorType(err error) string {
	text := err.Error()
	for _, kind := range []string{"Binder", "Parser", "Catalog"} {
		if strings.Contains(text, kind+" exception") {
			return kind + "Exception"
		}
	}
	return "RuntimeError"
}

var errClientGone = errors.New("the client has gone")

// chunkWriter writes the lines of a stream. A chunk leaves before the next one
// is encoded.
type chunkWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
	enc     *encoder
	quirks  Quirks
	started time.Time
	pass    func() bool // waits while the node is frozen; false if the client has gone
	line    []byte      // reused
	index   int
	total   int
}

// copy writes a result. Whether a full chunk is the last one is known only when
// the row after it has been asked for.
func (c *chunkWriter) copy(name string, columns []string, result Result) error {
	rows, keys := 0, c.enc.keys(columns)
	c.begin()
	for {
		row, err := result.Next()
		last := errors.Is(err, io.EOF)
		if err != nil && !last {
			return err
		}
		if last || rows == chunkRows {
			marked := last && (rows < chunkRows || !c.quirks.Has(QuirkNoLastChunk))
			if err := c.end(columns, rows, marked, name); err != nil || last {
				return err
			}
			rows = 0
			c.begin()
		}
		if rows > 0 {
			c.line = append(c.line, c.enc.comma...)
		}
		c.line = c.enc.appendRow(c.line, keys, row)
		if c.enc.err != nil {
			return c.enc.err
		}
		rows++
	}
}

func (c *chunkWriter) begin() {
	c.line = append(c.line[:0], `{"chunk_index": `...)
	c.line = strconv.AppendInt(c.line, int64(c.index), 10)
	c.line = append(c.line, `, "data": [`...)
}

func (c *chunkWriter) end(columns []string, rows int, last bool, name string) error {
	c.total += rows
	names := []any{}
	if c.index == 0 { // the columns are named once
		for _, column := range columns {
			names = append(names, column)
		}
	}
	fields := Struct{{"columns", names}, {"is_last_chunk", last}, {"row_count", rows}, {"total_rows_sent", c.total}}
	if last {
		fields = append(fields, Field{"execution_time_ms", milliseconds(time.Since(c.started))}, Field{"database", name})
	}
	c.line = append(c.line, "], "...)
	c.line = append(c.enc.appendFields(c.line, fields), "}\n"...)
	c.index++
	return c.flush()
}

// failLate ends a stream that failed where the deployed server says nothing.
func (c *chunkWriter) failLate(message, kind string) {
	if !c.quirks.Has(QuirkSilentFailure) {
		c.fail(message, kind)
		return
	}
	conn, out, err := c.control.Hijack()
	if err != nil {
		return // not HTTP/1: the stream ends cleanly, which is what is wanted
	}
	_, _ = out.WriteString("0\r\n\r\n") // the end of a chunked body
	_ = out.Flush()
	_ = conn.Close()
}

// fail writes the line that says why the stream ends here.
func (c *chunkWriter) fail(message, kind string) {
	c.line = append(c.line[:0], '{')
	c.line = c.enc.appendFields(c.line, Struct{
		{"error", message}, {"error_type", kind}, {"chunk_index", c.index}, {"is_last_chunk", true},
		{"row_count", 0}, {"total_rows_sent", c.total}, {"execution_time_ms", milliseconds(time.Since(c.started))},
	})
	c.line = append(c.line, "}\n"...)
	_ = c.flush() // a client that is gone misses nothing
}

func (c *chunkWriter) flush() error {
	if !c.pass() {
		return errClientGone
	}
	if _, err := c.w.Write(c.line); err != nil {
		return errClientGone
	}
	if flush(c.control) != nil {
		return errClientGone
	}
	return nil
}

// flush sends what has been written, if the writer that the server was given
// can; if it cannot, the answer is only less prompt.
func flush(control *http.ResponseController) error {
	if err := control.Flush(); !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}
