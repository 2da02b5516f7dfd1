package kuzu

import (
	"context"

	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/internal/chunk"
	"github.com/robosystems/kuzuclient/internal/cypher"
	"github.com/robosystems/kuzuclient/transport"
)

// StreamOption changes how one stream is read.
type StreamOption func(*streamOptions)

type streamOptions struct {
	fallback bool
	counted  bool
	counter  string
	params   Params

	plain func() (chunk.Chunk, error) // the same rows without streaming; nil unless asked for
	count func(rows int64) error      // nil if there are so many; nil unless asked for
}

// FallBackToQuery runs the statement as a plain query if the server cannot stream
// its values; see [ErrUnstreamable]. The result is then held in memory, and is an
// error of [KindTruncated] if it may have been cut at 10,000 rows. A statement
// that may write is not run again: it has already written.
func FallBackToQuery() StreamOption {
	return func(o *streamOptions) { o.fallback = true }
}

// VerifyCount runs a statement that returns the number of rows, if nothing else
// can tell whether a stream is complete; see [ErrUnconfirmed]. Only the very
// number of rows that have arrived confirms.
//
//	rows := c.Stream(ctx, "MATCH (p:Person) RETURN p.id AS id", nil,
//		kuzu.VerifyCount("MATCH (p:Person) RETURN count(*)", nil))
func VerifyCount(statement string, params Params) StreamOption {
	return func(o *streamOptions) { o.counted, o.counter, o.params = true, statement, params }
}

// prepare makes of the options what a stream can call.
func (o *streamOptions) prepare(ctx context.Context, c *Client, statement string, params Params) {
	if o.counted {
		o.count = func(rows int64) error { return c.verify(ctx, rows, o.counter, o.params) }
	}
	if !o.fallback {
		return
	}
	if parsed, err := cypher.Parse(statement); err == nil && parsed.Access == cypher.Read {
		o.plain = func() (chunk.Chunk, error) {
			answer, truncated, err := c.ask(ctx, statement, params)
			if err == nil && truncated {
				err = c.truncated("its values cannot be streamed")
			}
			return answer, err
		}
	}
}

// verify compares the number of rows that a stream has delivered with a count.
func (c *Client) verify(ctx context.Context, rows int64, statement string, params Params) error {
	counts, err := QueryAs[int64](ctx, c, statement, params)
	var e *Error
	switch {
	case err != nil:
		e = transport.SendError(ctx, err)
		e.Message = "the stream ended without its last chunk, and counting its rows failed: " + e.Message
	case len(counts) != 1:
		e = c.fail(gen.OpQueryDatabase, KindInvalidRequest, "the statement of VerifyCount returned %d rows; let it return one, such as count(*)", len(counts))
	case counts[0] != rows:
		e = c.fail(gen.OpQueryDatabase, KindTruncated, "the stream ended after %d rows without its last chunk, and the count is %d", rows, counts[0])
	default:
		return nil
	}
	e.Rows = rows
	return e
}
