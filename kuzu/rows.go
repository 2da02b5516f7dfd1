package kuzu

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"

	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/transport"
)

// Rows is a result that arrives row by row. It is not safe for concurrent use.
//
//	rows := c.Stream(ctx, "MATCH (p:Person) RETURN p.id AS id", nil)
//	defer rows.Close()
//	for rows.Next() {
//		if err := rows.Scan(&id); err != nil { ... }
//	}
//	if err := rows.Err(); err != nil { ... }
type Rows struct {
	client  *Client
	body    io.ReadCloser // nil once the stream is over
	lines   *bufio.Reader
	columns []string
	chunk   []gen.Row // rows that have arrived and were not asked for
	row     Row
	index   int   // of the chunk to come
	count   int64 // rows that have arrived
	last    bool  // the last chunk has arrived
	err     error
}

// Stream runs one statement and returns its rows as they arrive, however many
// there are. Failures, also those of opening the stream, are reported by
// [Rows.Err] and [Rows.All]. Cancel ctx or call [Rows.Close] to stop early.
func (c *Client) Stream(ctx context.Context, statement string, params Params) *Rows {
	rows := &Rows{client: c}
	body, err := c.prepare(statement, params, false)
	if err != nil {
		rows.err = err
		return rows
	}
	streaming := true
	resp, err := c.send(gen.OpQueryDatabase, func() (*http.Response, error) {
		return c.api.QueryDatabase(ctx, c.graph, &gen.QueryDatabaseParams{Streaming: &streaming}, body)
	})
	if err != nil {
		rows.err = err
		return rows
	}
	if err := c.expect(gen.OpQueryDatabase, resp, "application/x-ndjson"); err != nil {
		_ = resp.Body.Close()
		rows.err = err
		return rows
	}
	rows.body = resp.Body
	rows.lines = bufio.NewReaderSize(resp.Body, 64<<10)
	return rows
}

// Next advances to the next row. It returns false at the end, and when the
// stream fails; [Rows.Err] tells which.
func (r *Rows) Next() bool {
	for len(r.chunk) == 0 {
		if r.err != nil || r.body == nil {
			return false
		}
		if r.last {
			r.finish(nil)
			return false
		}
		if err := r.readChunk(); err != nil {
			r.finish(err)
			return false
		}
	}
	row, err := newRow(r.columns, r.chunk[0])
	if err != nil {
		r.finish(r.fail(KindProtocol, "chunk %d: a row is broken: %v", r.index-1, err))
		return false
	}
	r.row, r.chunk = row, r.chunk[1:]
	return true
}

// finish ends the stream.
func (r *Rows) finish(err error) {
	if r.err == nil {
		r.err = err
	}
	r.chunk, r.row = nil, Row{}
	if r.body != nil {
		_ = r.body.Close() // what it could report was reported by reading
		r.body = nil
	}
}

// readChunk reads one line of the stream: rows, or the reason why it ends.
func (r *Rows) readChunk() error {
	line, err := r.readLine()
	if errors.Is(err, io.EOF) && len(line) == 0 {
		if r.index == 0 {
			return r.fail(KindProtocol, "the stream is empty; the graph may not exist, or a value may be of a type that the server cannot stream")
		}
		return r.fail(KindTruncated, "the stream ended after %d rows without its last chunk; it may not be complete", r.count)
	}
	if err != nil {
		return err
	}
	var chunk struct {
		gen.QueryChunk
		Error     *string `json:"error"`
		ErrorType string  `json:"error_type"`
	}
	if err := json.Unmarshal(line, &chunk); err != nil {
		return r.fail(KindProtocol, "line %d of the stream is not the JSON that it should be, after %d rows: %v", r.index+1, r.count, err)
	}
	if chunk.Error != nil {
		kind := transport.ClassifyStatement(*chunk.Error)
		if kind == 0 {
			kind = KindExecution
		}
		return r.fail(kind, "%s (%s, after %d rows)", *chunk.Error, chunk.ErrorType, r.count)
	}
	if r.index == 0 {
		r.columns = chunk.Columns
	}
	r.count += int64(len(chunk.Data))
	switch {
	case chunk.ChunkIndex != r.index:
		return r.fail(KindProtocol, "chunk %d of the stream says that it is chunk %d", r.index, chunk.ChunkIndex)
	case chunk.RowCount != len(chunk.Data) || chunk.TotalRowsSent != r.count:
		return r.fail(KindProtocol, "chunk %d announces %d rows, %d in all; it holds %d, and %d have arrived",
			r.index, chunk.RowCount, chunk.TotalRowsSent, len(chunk.Data), r.count)
	}
	r.index++
	r.chunk, r.last = chunk.Data, chunk.IsLastChunk
	return nil
}

// readLine returns the next line without its end, and [io.EOF] after the last.
func (r *Rows) readLine() ([]byte, error) {
	var line []byte
	for {
		piece, err := r.lines.ReadSlice('\n')
		line = append(line, piece...)
		switch {
		case int64(len(line)) > r.client.maxMessageBytes:
			return nil, r.fail(KindTooLarge, "line %d of the stream is longer than %d bytes; return less a row, or raise WithMaxMessageBytes", r.index+1, r.client.maxMessageBytes)
		case err == nil:
			return line[:len(line)-1], nil
		case errors.Is(err, io.EOF):
			if len(line) > 0 {
				return nil, r.fail(KindTruncated, "the stream broke off within line %d, after %d rows", r.index+1, r.count)
			}
			return nil, io.EOF
		case !errors.Is(err, bufio.ErrBufferFull):
			e := r.client.brokenOff(gen.OpQueryDatabase, fmt.Errorf("the stream broke off after %d rows: %w", r.count, err))
			if e.Kind == KindUnavailable {
				e.Kind = KindTruncated
			}
			return nil, e
		}
	}
}

func (r *Rows) fail(kind Kind, format string, args ...any) *Error {
	return r.client.fail(gen.OpQueryDatabase, kind, format, args...)
}

// Row returns the row that [Rows.Next] advanced to.
func (r *Rows) Row() Row { return r.row }

// Columns returns the names of the columns in order, once the first call of
// [Rows.Next] has returned.
func (r *Rows) Columns() []string { return r.columns }

// Scan copies the columns of the current row into variables; see [Row.Scan].
func (r *Rows) Scan(dest ...any) error { return r.row.Scan(dest...) }

// Err returns what ended the stream, nil if it is complete, not at its end yet,
// or closed by the caller.
func (r *Rows) Err() error { return r.err }

// Close ends the transfer. It may be called at any time and more than once.
func (r *Rows) Close() error {
	r.finish(nil)
	return nil
}

// All iterates over the rows, closes the stream and yields what went wrong, if
// anything did, as the last element.
//
//	for row, err := range rows.All() { ... }
func (r *Rows) All() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		defer r.Close()
		for r.Next() {
			if !yield(r.row, nil) {
				return
			}
		}
		if r.err != nil {
			yield(Row{}, r.err)
		}
	}
}

// StreamAs runs one statement and iterates over its rows as values of T; see
// [QueryAs] for the types that fit. What goes wrong is the last element. The
// statement is sent when the iteration begins.
func StreamAs[T any](ctx context.Context, c *Client, statement string, params Params) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		rows := c.Stream(ctx, statement, params)
		defer rows.Close()
		var bind binder
		var none T
		for i := 0; rows.Next(); i++ {
			var value T
			var err error
			if i == 0 {
				bind, err = newBinder[T](rows.columns)
			}
			if err == nil {
				err = bind.row(rows.row, &value)
			}
			if err != nil {
				yield(none, c.fail(gen.OpQueryDatabase, KindInvalidRequest, "row %d: %v", i, err))
				return
			}
			if !yield(value, nil) {
				return
			}
		}
		if rows.err != nil {
			yield(none, rows.err)
		}
	}
}
