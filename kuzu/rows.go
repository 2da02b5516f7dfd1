package kuzu

import (
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"slices"

	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/internal/chunk"
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
	reader
	client  *Client
	body    *transport.StreamBody // nil once the stream is over
	options streamOptions
	count   int64 // rows that have arrived, those of the chunk that is read included
	chunks  int
	start   int // of the current row
	end     int // of the current row; 0 if there is none
	binder  structBinder
	spans   []span              // for the rows that Row will return
	made    int                 // rows that spans was made for
	sent    gen.QueryParameters // to be kept out of errors
	err     error
}

// Stream runs one statement and returns its rows as they arrive, however many
// there are. Failures, also those of opening the stream, are reported by
// [Rows.Err] and [Rows.All]. Cancel ctx or call [Rows.Close] to stop early.
func (c *Client) Stream(ctx context.Context, statement string, params Params, opts ...StreamOption) *Rows {
	op := gen.OpQueryDatabase
	rows := &Rows{client: c}
	rows.src.shared = true
	for _, opt := range opts {
		opt(&rows.options)
	}
	rows.options.prepare(ctx, c, statement, params)
	ctx, body, err := c.prepare(ctx, statement, params, false)
	if err != nil {
		rows.err = err
		return rows
	}
	streaming := true
	resp, err := c.send(ctx, op, func() (*http.Response, error) {
		return c.api.QueryDatabase(ctx, c.graph, &gen.QueryDatabaseParams{Streaming: &streaming}, body)
	})
	if err != nil {
		rows.err = redactValues(err, body.Parameters)
		return rows
	}
	rows.sent = body.Parameters
	if err := c.expect(op, resp, "application/x-ndjson"); err != nil {
		_ = resp.Body.Close()
		rows.err = err
		return rows
	}
	rows.body = resp.Body.(*transport.StreamBody) // which New puts around every successful stream
	return rows
}

// Next advances to the next row. It returns false at the end, and when the
// stream fails; [Rows.Err] tells which.
func (r *Rows) Next() bool {
	r.end = 0
	if !r.advance() {
		return false
	}
	end, err := r.layout.split(r.src.data, r.pos)
	if err != nil {
		r.broken(err)
		return false
	}
	r.start, r.end = r.pos, end
	return r.pass(end)
}

// advance sees to it that a row begins at pos, and reports whether there is one.
func (r *Rows) advance() bool {
	for !r.left() {
		if r.chunks > 0 && r.taken != r.chunk.RowCount {
			r.miscounted()
		}
		if r.body == nil || !r.next() {
			r.finish(nil)
			return false
		}
	}
	return true
}

// pass goes on behind the row that ends at end.
func (r *Rows) pass(end int) bool {
	if err := r.take(end); err != nil {
		r.broken(err)
		return false
	}
	return true
}

// next gets another chunk.
func (r *Rows) next() bool {
	c, err := r.body.Next()
	switch {
	case err == nil:
		return r.begin(c)
	case errors.Is(err, io.EOF):
		return false
	case errors.Is(err, transport.ErrUnstreamable) && r.options.plain != nil:
		c, err = r.options.plain()
		if err == nil {
			r.closeBody()
			return r.begin(c)
		}
	case errors.Is(err, transport.ErrUnconfirmed) && r.options.count != nil:
		err = r.options.count(r.count)
	}
	r.finish(redactValues(err, r.sent))
	return false
}

// begin starts with the rows of a chunk.
func (r *Rows) begin(c chunk.Chunk) bool {
	switch {
	case r.chunks == 0:
		r.layout.reset(c.Columns)
	case len(c.Columns) > 0 && !slices.Equal(c.Columns, r.layout.columns):
		r.fail(transport.Errorf(KindProtocol, "chunk %d of the stream has the columns %s instead of %s", c.Index, quoted(c.Columns), quoted(r.layout.columns)))
		return false
	}
	r.chunks++
	r.count += c.RowCount
	r.load(c)
	return true
}

// broken ends the stream at a row that is not as it should be.
func (r *Rows) broken(err error) {
	r.fail(transport.Errorf(KindProtocol, "chunk %d of the stream has a broken row: %v", r.chunk.Index, err))
}

func (r *Rows) fail(e *Error) {
	if r.body != nil {
		e = r.body.Fail(e)
	}
	r.finish(e)
}

// miscounted ends the stream after a chunk with another number of rows than it
// announces.
func (r *Rows) miscounted() {
	if r.body != nil {
		r.finish(r.body.Miscounted(r.chunk, r.taken))
		return
	}
	r.finish(r.client.fail(gen.OpQueryDatabase, KindProtocol, "the answer announces %d rows and holds %d", r.chunk.RowCount, r.taken))
}

// finish ends the stream and lets go of what it holds.
func (r *Rows) finish(err error) {
	if r.err == nil {
		r.err = err
	}
	r.end, r.pos, r.src.data = 0, 0, nil
	r.taken = r.chunk.RowCount
	r.closeBody()
}

func (r *Rows) closeBody() {
	if r.body != nil {
		_ = r.body.Close() // it returns nil
		r.body = nil
	}
}

// sharedSpans is how many rows share memory for where their values are.
const sharedSpans = 64

// Row returns the row that [Rows.Next] advanced to, as a copy that stays valid.
// Neighbouring rows share memory, 32 KiB of texts at most.
func (r *Rows) Row() Row {
	if r.end == 0 {
		return Row{}
	}
	if n := len(r.layout.spans); len(r.spans) < n {
		r.made = min(2*r.made+1, sharedSpans)
		r.spans = make([]span, n*r.made)
	}
	n := len(r.layout.spans)
	row := Row{columns: r.layout.columns, data: r.src.text(r.src.data[r.start:r.end]), spans: r.spans[:n:n]}
	r.spans = r.spans[n:]
	for i, at := range r.layout.spans {
		row.spans[i] = span{at.start - r.start, at.end - r.start}
	}
	return row
}

// Columns returns the names of the columns in order, once the first call of
// [Rows.Next] has returned. Do not change them.
func (r *Rows) Columns() []string { return r.layout.columns }

// Scan copies the columns of the current row into variables; see [Row.Scan]. It
// allocates nothing but what the values need.
func (r *Rows) Scan(dest ...any) error {
	return scanColumns(&r.src, r.layout.columns, r.current(), dest)
}

// ScanStruct copies the current row into the fields of a struct; see
// [Row.ScanStruct]. One struct can be used for all rows.
func (r *Rows) ScanStruct(dest any) error {
	if r.current() == nil {
		return scanStruct(&r.src, &layout{}, nil, dest)
	}
	return scanStruct(&r.src, &r.layout, &r.binder, dest)
}

// current returns where the values of the current row are, nil if there is none.
func (r *Rows) current() []span {
	if r.end == 0 {
		return nil
	}
	return r.layout.spans
}

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
			if !yield(r.Row(), nil) {
				return
			}
		}
		if r.err != nil {
			yield(Row{}, r.err)
		}
	}
}
