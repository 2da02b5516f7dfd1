package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/robosystems/kuzuclient/internal/chunk"
	"github.com/robosystems/kuzuclient/internal/cypher"
)

// ErrUnconfirmed is in the error, of [KindTruncated], of a stream that may well
// be complete: it ended cleanly after a multiple of 1000 rows and nothing could
// confirm or deny that these are all.
var ErrUnconfirmed = errors.New("more may be missing; a LIMIT that ends the statement and is met, " +
	"a connection known to be direct, or a count of the rows confirms such an end")

// chunkRows is the number of rows in every chunk of a stream but its last.
const chunkRows = 1000

// settle decides about a stream that ended cleanly without its last chunk.
// Servers end so after a failure, and after a success of exactly k*1000 rows.
func (s *StreamBody) settle(ctx context.Context) error {
	e := s.fail(KindTruncated, "the stream ended after %d rows without its last chunk", s.rows)
	limit, limited := s.limit()
	switch {
	case limited && s.rows >= limit:
		return io.EOF
	case s.rows == 0 || s.rows%chunkRows != 0:
		return e
	case s.way != nil && s.way.staysOpen(ctx, s.layer.settings.Settle):
		return io.EOF
	case ctx.Err() != nil:
		return s.broken(ctx, ctx.Err())
	}
	e.Err = ErrUnconfirmed
	return e
}

// limit reads from the request how many rows the statement can return at most.
func (s *StreamBody) limit() (rows int64, ok bool) {
	if s.req.GetBody == nil {
		return 0, false
	}
	body, err := s.req.GetBody()
	if err != nil {
		return 0, false
	}
	defer body.Close()
	var query struct {
		Cypher     string                     `json:"cypher"`
		Parameters map[string]json.RawMessage `json:"parameters"`
	}
	if json.NewDecoder(body).Decode(&query) != nil {
		return 0, false
	}
	statement, err := cypher.Parse(query.Cypher)
	if err != nil {
		return 0, false
	}
	switch limit := statement.Limit; limit.Kind {
	case cypher.LimitLiteral:
		return limit.Rows, true
	case cypher.LimitParameter:
		value := query.Parameters[limit.Parameter]
		n, end, ok := chunk.Int(value, 0)
		return n, ok && end == len(value)
	}
	return 0, false
}

// drainTime bounds the wait for the end of a stream whose last chunk has come.
const drainTime = 50 * time.Millisecond

// drain reads the end of the body after the last chunk. A connection on which it
// was not seen cannot be used again; that is all that is lost if it does not come.
func (s *StreamBody) drain() error {
	s.lines.idle = drainTime
	line, err := s.lines.next(true)
	if errors.Is(err, errHalfLine) {
		line = s.lines.rest()
	}
	if len(bytes.TrimSpace(line)) > 0 {
		return s.fail(KindProtocol, "the stream goes on after its last chunk, chunk %d", s.chunks-1)
	}
	return io.EOF
}
