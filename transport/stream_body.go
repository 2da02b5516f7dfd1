package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"

	"github.com/robosystems/kuzuclient/internal/chunk"
)

// StreamBody is the body of a streamed result, guarded by [Streams]. It is read
// either by [StreamBody.Read] or by [StreamBody.Next], and not by several at a
// time; Close may come from elsewhere.
type StreamBody struct {
	layer *streams
	ctx   context.Context //nolint:containedctx // of the call, for as long as the body is read
	req   *http.Request   // as it was asked
	url   *url.URL        // that answered
	lines *lines
	way   *hop // nil if a doubtful end is not to be settled by the connection

	chunks  int64 // that have arrived
	rows    int64
	last    bool   // the last chunk has arrived
	pending []byte // of the line that Read is handing out
	end     error  // once there is nothing more: io.EOF or an *Error

	closed    atomic.Bool
	delivered atomic.Int64 // rows, for those who ask from elsewhere
	ended     sync.Once
	mu        sync.Mutex
	onEnd     []func(rows int64, err error) // guarded by mu
}

func newStreamBody(layer *streams, req *http.Request, resp *http.Response, way *hop) *StreamBody {
	s := &StreamBody{layer: layer, ctx: req.Context(), req: req, url: req.URL, lines: newLines(resp.Body, layer.settings)}
	if t := tripOf(s.ctx); t != nil {
		s.ctx, s.url = t, t.last.url // that of the request may be of an attempt before
	} else if resp.Request != nil && resp.Request.URL != nil {
		s.url = resp.Request.URL
	}
	if way != nil && way.hold(s.url, resp) {
		s.way = way
	}
	return s
}

// OnEnd has f called once, when the stream has ended or was closed, with the rows
// that arrived and what went wrong, nil if the stream is complete or was closed
// early.
func (s *StreamBody) OnEnd(f func(rows int64, err error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onEnd = append(s.onEnd, f)
}

// finish lets go of everything that the stream holds, once.
func (s *StreamBody) finish(err error) {
	s.ended.Do(func() {
		if s.way != nil {
			s.way.release()
		}
		_ = s.lines.body.Close() // what it could report was reported by reading
		s.mu.Lock()
		calls := s.onEnd
		s.onEnd = nil
		s.mu.Unlock()
		if errors.Is(err, io.EOF) {
			err = nil
		}
		for _, f := range calls {
			f(s.delivered.Load(), err)
		}
	})
}

// Close ends the transfer. It returns nil.
func (s *StreamBody) Close() error {
	s.closed.Store(true)
	s.finish(nil)
	return nil
}

// Fail ends the stream with an error of whoever decodes its rows, and returns the
// error with its place.
func (s *StreamBody) Fail(e *Error) *Error {
	s.end = s.place(e)
	s.finish(e)
	return e
}

// Read reads lines that have been checked. Its error is [io.EOF] only after a
// stream that is known to be complete; any other is an [*Error].
func (s *StreamBody) Read(p []byte) (int, error) {
	for len(s.pending) == 0 {
		c, err := s.Next()
		if err != nil {
			return 0, err
		}
		n, err := chunk.Count(c.Rows)
		switch {
		case err != nil:
			return 0, s.Fail(Errorf(KindProtocol, "chunk %d of the stream has broken rows: %v", c.Index, err))
		case n != c.RowCount:
			return 0, s.Fail(s.miscount(c, n))
		}
		s.pending = s.lines.whole()
	}
	n := copy(p, s.pending)
	s.pending = s.pending[n:]
	return n, nil
}

// Next returns the next chunk, which is valid until the next call. Its rows have
// not been checked yet; whoever decodes them compares their number with RowCount.
// The error is [io.EOF] after a stream that is known to be complete, and an
// [*Error] otherwise.
func (s *StreamBody) Next() (chunk.Chunk, error) {
	if s.end == nil && s.closed.Load() {
		s.end = s.place(&Error{Kind: KindCanceled, Err: http.ErrBodyReadAfterClose})
	}
	if s.end != nil {
		return chunk.Chunk{}, s.end
	}
	c, err := s.read()
	if err != nil {
		s.end = err
		s.finish(err)
	}
	return c, err
}

func (s *StreamBody) read() (chunk.Chunk, error) {
	ctx := s.ctx
	if s.last {
		return chunk.Chunk{}, s.drain()
	}
	line, err := s.lines.next(s.chunks > 0)
	switch {
	case errors.Is(err, io.EOF) && s.chunks == 0:
		return chunk.Chunk{}, s.askAboutNothing(ctx)
	case errors.Is(err, io.EOF):
		return chunk.Chunk{}, s.settle(ctx)
	case errors.Is(err, errLongLine):
		return chunk.Chunk{}, s.fail(KindTooLarge, "line %d of the stream is longer than %d bytes; return less a row, or raise WithMaxMessageBytes",
			s.chunks+1, s.layer.settings.MaxLineBytes)
	case errors.Is(err, errHalfLine):
		return chunk.Chunk{}, s.fail(KindTruncated, "the stream ended within line %d, after %d rows", s.chunks+1, s.rows)
	case errors.Is(err, errIdle):
		return chunk.Chunk{}, s.fail(KindTimeout, "nothing came for %v after %d rows of the stream; more may be missing", s.layer.settings.IdleTimeout, s.rows)
	case err != nil:
		return chunk.Chunk{}, s.broken(ctx, err)
	}
	c, err := chunk.Parse(line)
	if err != nil {
		return c, s.fail(KindProtocol, "line %d of the stream, after %d rows, is not the JSON that it should be: %v", s.chunks+1, s.rows, err)
	}
	if err := s.check(c); err != nil {
		return c, err
	}
	s.chunks++
	s.rows += c.RowCount
	s.delivered.Store(s.rows)
	if s.last = c.Last; s.last && s.way != nil {
		s.way.release() // there is no doubt left
	}
	return c, nil
}

// check compares what a chunk says about itself with what has arrived.
func (s *StreamBody) check(c chunk.Chunk) error {
	switch {
	case c.Failed:
		e := s.place(StatementError(c.Error, KindExecution))
		if s.rows > 0 {
			e = s.fail(e.Kind, "after %d rows: %s", s.rows, e.Message)
		}
		return e
	case !c.HasData:
		return s.fail(KindProtocol, "chunk %d of the stream has no data", s.chunks)
	case c.Index != s.chunks:
		return s.fail(KindProtocol, "chunk %d of the stream says that it is chunk %d; something is missing", s.chunks, c.Index)
	case c.RowCount < 0 || c.Total != s.rows+c.RowCount:
		return s.fail(KindProtocol, "chunk %d of the stream announces %d rows, %d in all; %d had arrived before", c.Index, c.RowCount, c.Total, s.rows)
	}
	return nil
}

// miscount reports a chunk with another number of rows than it announces.
func (s *StreamBody) miscount(c chunk.Chunk, n int64) *Error {
	s.rows += n - c.RowCount
	s.delivered.Store(s.rows)
	return s.fail(KindProtocol, "chunk %d of the stream announces %d rows, %d in all; it holds %d", c.Index, c.RowCount, c.Total, n)
}

// Miscounted ends the stream whose last chunk held n rows instead of those that
// it announced.
func (s *StreamBody) Miscounted(c chunk.Chunk, n int64) *Error { return s.Fail(s.miscount(c, n)) }

func (s *StreamBody) fail(kind Kind, format string, args ...any) *Error {
	e := s.place(Errorf(kind, format, args...))
	e.Rows = s.rows
	return e
}

func (s *StreamBody) broken(ctx context.Context, err error) *Error {
	e := s.place(SendError(ctx, fmt.Errorf("the stream broke off after %d rows: %w", s.rows, err)))
	if e.Kind == KindUnavailable {
		e.Kind = KindTruncated
	}
	e.Rows = s.rows
	return e
}
