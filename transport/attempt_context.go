package transport

import (
	"context"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
)

// attemptContext is the context of an attempt: it ends with the call's and with
// the attempt. It is part of the attempt's record, and what lets others wait for
// its end is made when somebody does: to have that of package context for every
// attempt is what would cost a call most.
type attemptContext struct {
	context.Context //nolint:containedctx // it is one; that of the call
	attempt         *attempt

	mu     sync.Mutex
	over   bool            // guarded by mu; the attempt has ended
	waited atomic.Bool     // own and cancel are there
	own    context.Context //nolint:containedctx // as above
	cancel context.CancelCauseFunc
	trace  *httptrace.ClientTrace // guarded by mu; nil until somebody asks
}

// Done is closed when the call or the attempt ends.
func (c *attemptContext) Done() <-chan struct{} {
	c.wait()
	return c.own.Done()
}

// Err tells whether one of them has.
func (c *attemptContext) Err() error {
	if c.waited.Load() {
		return c.own.Err()
	}
	if err := c.Context.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return context.Canceled
	}
	return nil
}

// Value knows what watches the attempt's connection. It also leads package
// context, which asks after a context has been waited for, to the one that ends.
func (c *attemptContext) Value(key any) any {
	switch {
	case key == traceKey:
		return c.watcher()
	case c.waited.Load():
		return c.own.Value(key)
	default:
		return c.Context.Value(key)
	}
}

// watcher returns what is told of the attempt's connection, after whatever the
// call's context has for that.
func (c *attemptContext) watcher() *httptrace.ClientTrace {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.trace == nil {
		c.trace = &httptrace.ClientTrace{GotConn: c.attempt.gotConn}
		httptrace.WithClientTrace(c.Context, c.trace) // adds what is there already to ours
	}
	return c.trace
}

// wait makes what can be waited for.
func (c *attemptContext) wait() {
	if c.waited.Load() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.own != nil {
		return
	}
	c.own, c.cancel = context.WithCancelCause(c.Context)
	if c.over {
		c.cancel(nil)
	}
	c.waited.Store(true)
}

// end ends the context for a reason, nil for a usual end.
func (c *attemptContext) end(cause error) {
	if cause != nil {
		c.wait() // so that the reason can be had
	}
	c.mu.Lock()
	c.over = true
	cancel := c.cancel
	c.mu.Unlock()
	if cancel != nil {
		cancel(cause)
	}
}

// traceKey is where httptrace looks for what a context is watched by. To put it
// there is what [httptrace.WithClientTrace] does with one more context, which
// would stand between a request and its trip.
var traceKey = func() any {
	var spy keySpy
	httptrace.ContextClientTrace(&spy)
	return spy.key
}()

// keySpy is a context that remembers what it was asked for.
type keySpy struct {
	context.Context //nolint:containedctx // nil: only Value is called
	key             any
}

func (s *keySpy) Value(key any) any {
	s.key = key
	return nil
}
