package transport

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// WithCall names what a request does, for those who know: the chain then looks
// at neither its path nor its body for it. The operation is one of the table
// that the chain was given.
func WithCall(ctx context.Context, call Call) context.Context {
	return context.WithValue(ctx, namedCallKey{}, call)
}

type (
	namedCallKey struct{}
	tripKey      struct{}
)

// A trip is one call on its way through the chain. All layers share it: it is
// the context of the request that they hand down, and finds itself in it. But
// for what its fields say, only the goroutine of the call touches it.
type trip struct {
	context.Context //nolint:containedctx // it is one

	Call
	chain    *Chain
	op       *operation
	timeouts Timeouts
	stream   bool
	resolver Resolver
	asked    *http.Request // the caller's, never changed
	req      *http.Request // what attempts are made of
	started  time.Time
	marked   time.Duration // from started to when lap was last called
	id       string        // request id
	span     trace.Span    // nil if nobody records any
	added    added         // to what is sent
	key      string        // that was sent last, to be kept out of errors

	spent    Spent
	attempts []*attempt
	last     *attempt
	first    *attempt    // that the request leads to
	history  [1]*attempt // what attempts begins with
	tried    []Endpoint  // of the attempts, in order
	visited  [1]Endpoint // what tried begins with
	planned  Endpoint    // of the next attempt, if it has been asked for already
	waits    int         // made for the same endpoint
	moved    bool        // the immediate failover is used up
	again    bool        // the one fresh lookup is used up
	known    bool        // the retry engine has yet to hear of the first attempt
	extra    int         // attempts that do not count as retries
	used     bool        // the request's own body has been handed out
	open     bool        // the answer is handed up while it still arrives
	guarded  bool        // the stream layer tells how it ends
	place    *graphLimit // in the bulkhead; nil for none
	ended    atomic.Bool
	wait     time.Duration // before the next attempt
	resp     *http.Response
	err      error
	end      string // why there is no further attempt, "" if none would help
}

func (t *trip) Value(key any) any {
	if key == (tripKey{}) {
		return t
	}
	return t.Context.Value(key)
}

// tripOf returns the trip that a context belongs to, nil if none.
func tripOf(ctx context.Context) *trip {
	switch c := ctx.(type) {
	case *attemptContext:
		return c.attempt.trip
	case *trip:
		return c
	}
	t, _ := ctx.Value(tripKey{}).(*trip)
	return t
}

// request returns the request that the layers hand down: a copy of the caller's
// that leads to the trip. Unless it is to be a stream, whose layer adds to the
// context, it has that of the first attempt, which needs no copy of its own then
// and sends this one.
func (t *trip) request() *http.Request {
	if t.stream {
		return t.asked.WithContext(t)
	}
	t.first = &attempt{trip: t}
	t.first.context.Context, t.first.context.attempt = t, t.first
	return t.asked.WithContext(&t.first.context)
}

// values returns what the context of an attempt is to be a child of, from that
// of the request: the attempt before may have ended.
func (t *trip) values(ctx context.Context) context.Context {
	if t.stream {
		return ctx
	}
	return t
}

// lap returns the time since it was last called, or since the call began. What
// comes next begins where it ends: looking at the clock is not cheap.
func (t *trip) lap() time.Duration {
	before := t.marked
	t.marked = time.Since(t.started)
	return t.marked - before
}

// newTrip begins a call.
func (c *Chain) newTrip(req *http.Request, resolver Resolver) *trip {
	t := &trip{Context: req.Context(), asked: req, chain: c, resolver: resolver, started: time.Now()}
	if named, ok := t.Context.Value(namedCallKey{}).(Call); ok {
		t.op, t.Call = c.operations.byID[named.Operation], named
	}
	if t.op == nil {
		t.op, t.Call = c.operations.describe(req)
	}
	t.timeouts = t.op.timeouts
	if t.op.Access == AccessStatement && isStreaming(req.URL) {
		t.stream = true
		t.timeouts.Silence = c.streamSilence
	}
	t.attempts, t.tried = t.history[:0], t.visited[:0]
	return t
}

// repeatable tells whether the call may be made twice.
func (t *trip) repeatable() bool { return !t.Write || t.Idempotent }
