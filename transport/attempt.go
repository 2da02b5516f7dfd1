package transport

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// errExpired is the cause of a context that an attempt's own time has ended.
var errExpired = errors.New("the time of the attempt is over")

// An attempt is one request to one endpoint.
type attempt struct {
	trip     *trip
	endpoint Endpoint
	server   *server
	url      *url.URL      // to the endpoint
	sending  *http.Request // with the key
	key      [1]string     // as a header's value
	context  attemptContext

	wait     time.Duration // before it
	begun    time.Duration // since the call began
	took     time.Duration // to the head of the answer, or to the failure
	limit    time.Duration // how long it may take, or be silent; 0 without a limit of its own
	alarm    *alarm        // that watches the limit; nil if timer does, or nothing
	timer    *time.Timer   // of the silence of a body
	conn     atomic.Int64  // nanoseconds from the start to a connection, 0 for none
	expired  atomic.Bool
	released atomic.Bool

	before, after *attempt // guarded by alarm.mu; neighbors there
	body          attemptBody
	open          *Error // why a breaker let nothing be sent
	verdict
}

// layerAttempt gives each attempt its time, watches its connection and says
// what its end means.
type layerAttempt struct{ next http.RoundTripper }

func (l layerAttempt) RoundTrip(req *http.Request) (*http.Response, error) {
	t := tripOf(req.Context())
	a := t.last
	a.begun = t.marked
	if req.Context() != context.Context(&a.context) {
		a.context.Context, a.context.attempt = t.values(req.Context()), a
		req = req.WithContext(&a.context)
	}
	a.bound()
	resp, err := l.next.RoundTrip(req)
	a.took = t.lap()
	if err == nil {
		err = a.receive(resp)
	}
	if err != nil {
		a.release()
		a.fail(err)
		resp, err = nil, a.err
	}
	a.server.count(a)
	return resp, err
}

// bound gives the attempt its time, if it has one that ends before the caller's.
func (a *attempt) bound() {
	t := a.trip
	limits := t.timeouts
	switch {
	case limits.Silence > 0:
		if a.limit = limits.Attempt; a.limit > 0 {
			a.timer = time.AfterFunc(a.limit, a.expire)
		}
	case limits.Attempt > 0 && !t.endsWithin(a.begun+limits.Attempt):
		a.limit, a.alarm = limits.Attempt, t.op.alarm
		a.alarm.watch(a)
	}
}

// endsWithin tells whether the caller's own deadline comes no later than a time
// after the call began.
func (t *trip) endsWithin(d time.Duration) bool {
	deadline, ok := t.Deadline()
	return ok && deadline.Sub(t.started) <= d
}

// gotConn is called when the attempt has a connection; before that, nothing of
// it can have been sent.
func (a *attempt) gotConn(info httptrace.GotConnInfo) {
	if a.conn.Swap(max(1, int64(time.Since(a.trip.started)-a.begun))) == 0 {
		a.trip.chain.base.busy.Add(1)
	}
	a.trip.chain.base.gotConn(a.sending, info)
}

// sent tells whether anything may have reached the server. A transport that does
// not tell of its connections may have sent anything.
func (a *attempt) sent() bool {
	return a.conn.Load() != 0 || a.status != 0 || !a.trip.chain.base.traced
}

// expire ends the attempt when its time is over.
func (a *attempt) expire() {
	a.expired.Store(true)
	a.context.end(errExpired)
}

// release lets go of what the attempt holds.
func (a *attempt) release() {
	if a.released.Swap(true) {
		return
	}
	if a.alarm != nil {
		a.alarm.leave(a)
	}
	if a.timer != nil {
		a.timer.Stop()
	}
	a.context.end(nil)
	if a.conn.Load() != 0 {
		a.trip.chain.base.busy.Add(-1)
	}
}

// maxHeld bounds the answers that are read before they are handed up, in bytes.
// What breaks off within such an answer can be repeated unseen.
const maxHeld = 4 << 20

// receive takes the head of an answer. What is short is read to its end, within
// the attempt's time; the rest keeps the attempt open until its body ends.
func (a *attempt) receive(resp *http.Response) error {
	t := a.trip
	a.status = resp.StatusCode
	hold := int64(0)
	switch {
	case resp.StatusCode >= http.StatusBadRequest:
		hold = maxErrorBody
	case t.repeatable() && !t.stream && strings.HasPrefix(contentType(resp), "application/json"):
		hold = maxHeld
	}
	if hold > 0 && resp.ContentLength <= hold {
		whole, err := a.hold(resp, hold)
		if err != nil {
			resp.Body.Close()
			return err
		}
		if resp.StatusCode >= http.StatusBadRequest {
			a.judge(resp, a.body.held)
		}
		if whole {
			resp.Body.Close()
			a.release()
			resp.Body = &a.body
			return nil
		}
	} else if resp.StatusCode >= http.StatusBadRequest {
		a.judge(resp, nil)
	}
	a.body.rest = resp.Body
	a.body.attempt = a
	t.open = true
	if silence := t.timeouts.Silence; silence > 0 {
		a.limit = silence
		if a.timer == nil {
			a.timer = time.AfterFunc(silence, a.expire)
		} else {
			a.timer.Reset(silence)
		}
	}
	resp.Body = &a.body
	return nil
}

// contentType is the header without the search for other spellings of its name.
func contentType(resp *http.Response) string {
	if values := resp.Header["Content-Type"]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// hold reads up to limit bytes of a body and tells whether that was all.
func (a *attempt) hold(resp *http.Response, limit int64) (whole bool, err error) {
	if n := resp.ContentLength; n >= 0 {
		a.body.held = make([]byte, n)
		_, err = io.ReadFull(resp.Body, a.body.held)
		return true, err
	}
	a.body.held, err = io.ReadAll(io.LimitReader(resp.Body, limit))
	return int64(len(a.body.held)) < limit, err
}

// attemptBody is the body of an answer: what has been read of it, then the rest.
type attemptBody struct {
	held    []byte
	rest    io.ReadCloser // nil if held is all
	attempt *attempt      // nil if held is all
}

func (b *attemptBody) Read(p []byte) (int, error) {
	if len(b.held) > 0 {
		n := copy(p, b.held)
		b.held = b.held[n:]
		return n, nil
	}
	if b.rest == nil {
		return 0, io.EOF
	}
	n, err := b.rest.Read(p)
	a := b.attempt
	if n > 0 && a.timer != nil && a.trip.timeouts.Silence > 0 && !a.expired.Load() {
		a.timer.Reset(a.limit)
	}
	if err != nil {
		if !errors.Is(err, io.EOF) {
			err = a.broke(err)
		}
		b.finish(err)
	}
	return n, err
}

func (b *attemptBody) Close() error {
	if b.rest == nil {
		b.held = nil
		return nil
	}
	err := b.rest.Close()
	b.finish(nil)
	return err
}

// finish ends the attempt with its body, and the call with it.
func (b *attemptBody) finish(err error) {
	b.attempt.release()
	if t := b.attempt.trip; !t.guarded {
		if errors.Is(err, io.EOF) {
			err = nil
		}
		t.finish(err)
	}
}
