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

// Rows is a result that arrives row by row. It holds a connection until its end,
// or until [Rows.Close]. It is not safe for concurrent use.
//
//	rows := c.Stream(ctx, "MATCH (p:Person) RETURN p.id AS id", nil)
//	defer rows.Close()
//	for rows.Next() {
//		if err := rows.Scan(&id); err != nil { ... }
//	}
//	if err := rows.Err(); err != nil { ... }
type Rows struct {
	client  *Client
	broken  func(error) *Error // classifies what ended the body early
	body    io.ReadCloser      // nil once the stream is over
	lines   *bufio.Reader
	line    []byte // that is being read; reused
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
	op := gen.OpQueryDatabase
	rows := &Rows{client: c}
	body, err := c.prepare(statement, params, false)
	if err != nil {
		rows.err = err
		return rows
	}
	streaming := true
	resp, err := c.send(ctx, op, func() (*http.Response, error) {
		return c.api.QueryDatabase(ctx, c.graph, &gen.QueryDatabaseParams{Streaming: &streaming}, body)
	})
	if err != nil {
		rows.err = err
		return rows
	}
	if err := c.expect(op, resp, "application/x-ndjson"); err != nil {
		_ = resp.Body.Close()
		rows.err = err
		return rows
	}
	rows.broken = func(err error) *Error { return c.annotate(op, transport.SendError(ctx, err)) }
	rows.body = resp.Body
	rows.lines = bufio.NewReaderSize(resp.Body, 64<<10)
	return rows
}

// Next advances to the next row. It returns false at the end, and when the
// stream fails; [Rows.Err] tells which.
func (r *Rows) Next() bool {
	for len(r.chunk) == 0 {
		if r.body == nil {
			return false
		}
		if r.last {
			// What is left is the end of the body. A connection on which it was
			// not seen cannot be used again.
			_, _ = io.CopyN(io.Discard, r.lines, 4<<10)
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
		r.finish(r.fail(KindProtocol, "chunk %d of the stream has a broken row: %v", r.index-1, err))
		return false
	}
	r.row, r.chunk[0] = row, nil
	r.chunk = r.chunk[1:]
	return true
}

// finish ends the stream and lets go of what it holds.
func (r *Rows) finish(err error) {
	if r.err == nil {
		r.err = err
	}
	r.chunk, r.row, r.line, r.lines = nil, Row{}, nil, nil
	if r.body != nil {
		_ = r.body.Close() // what it could report was reported by reading
		r.body = nil
	}
}

// readChunk reads one line of the stream: rows, or the reason why it ends.
func (r *Rows) readChunk() error {
	line, err := r.readLine()
	switch {
	case errors.Is(err, io.EOF) && r.index == 0:
		return r.fail(KindProtocol, "the stream is empty: the graph may not exist, or a value may be of a type that the server cannot stream, such as DATE; Query tells which")
	case errors.Is(err, io.EOF):
		return r.fail(KindTruncated, "the stream ended after %d rows without its last chunk; it may not be complete", r.count)
	case err != nil:
		return err
	}
	var chunk struct {
		gen.QueryChunk
		Error *string `json:"error"`
	}
	if err := json.Unmarshal(line, &chunk); err != nil {
		return r.fail(KindProtocol, "line %d of the stream, after %d rows, is not the JSON that it should be: %v", r.index+1, r.count, err)
	}
	if chunk.Error != nil {
		e := r.client.annotate(gen.OpQueryDatabase, transport.StatementError(*chunk.Error, KindExecution))
		if r.count > 0 {
			e = r.fail(e.Kind, "after %d rows: %s", r.count, e.Message)
		}
		return e
	}
	count := r.count + int64(len(chunk.Data))
	switch {
	case chunk.Data == nil:
		return r.fail(KindProtocol, "chunk %d of the stream has no data", r.index)
	case chunk.ChunkIndex != r.index:
		return r.fail(KindProtocol, "chunk %d of the stream says that it is chunk %d; something is missing", r.index, chunk.ChunkIndex)
	case chunk.RowCount != len(chunk.Data) || chunk.TotalRowsSent != count:
		return r.fail(KindProtocol, "chunk %d of the stream announces %d rows, %d in all; it holds %d, and %d have arrived",
			r.index, chunk.RowCount, chunk.TotalRowsSent, len(chunk.Data), count)
	}
	if r.index == 0 {
		r.columns = chunk.Columns
	}
	r.index++
	r.count, r.chunk, r.last = count, chunk.Data, chunk.IsLastChunk
	return nil
}

// readLine returns the next line without its end, valid until the next call, and
// [io.EOF] after the last.
func (r *Rows) readLine() ([]byte, error) {
	r.line = r.line[:0]
	for {
		piece, err := r.lines.ReadSlice('\n')
		r.line = append(r.line, piece...)
		length := len(r.line)
		if err == nil {
			length-- // the end of the line does not count
		}
		switch {
		case int64(length) > r.client.maxMessageBytes:
			return nil, r.fail(KindTooLarge, "line %d of the stream is longer than %d bytes; return less a row, or raise WithMaxMessageBytes", r.index+1, r.client.maxMessageBytes)
		case err == nil:
			return r.line[:length], nil
		case errors.Is(err, bufio.ErrBufferFull): // more of the line is to come
		case errors.Is(err, io.EOF) && length == 0:
			return nil, io.EOF
		case errors.Is(err, io.EOF):
			return nil, r.fail(KindTruncated, "the stream ended within line %d, after %d rows", r.index+1, r.count)
		default:
			e := r.broken(fmt.Errorf("the stream broke off after %d rows: %w", r.count, err))
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

// Row returns the row that [Rows.Next] advanced to. It stays valid.
func (r *Rows) Row() Row { return r.row }

// Columns returns the names of the columns in order, once the first call of
// [Rows.Next] has returned. Do not change them.
func (r *Rows) Columns() []string { return r.columns }

// Scan copies the columns of the current row into variables; see [Row.Scan].
func (r *Rows) Scan(dest ...any) error { return r.row.Scan(dest...) }

// Err returns what ended the stream, nil if it is complete, not at its end yet,
// or closed by the caller. [ErrTruncated] means that all rows so far are good and
// that more may be missing.
func (r *Rows) Err() error { return r.err }

// Close ends the transfer. It may be called at any time and more than once, and
// returns nil.
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
