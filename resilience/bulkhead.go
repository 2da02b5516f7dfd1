package resilience

import (
	"context"
	"sync"
	"time"
)

// BulkheadSettings set up a [Compartment].
type BulkheadSettings struct {
	// Name is for errors; it may be empty.
	Name string
	// Concurrent is how many calls run at once.
	Concurrent int
	// Queue is how many more may wait for a place; 0: none does.
	Queue int
	// QueueTimeout is how long a call waits; it goes with Queue.
	QueueTimeout time.Duration
	// Key tells callers apart, between whom the places are shared fairly; nil:
	// first come, first served. See [KeyFromContext].
	Key func(context.Context) string
}

func (s *BulkheadSettings) check() error {
	p := problems{of: named("bulkhead", s.Name)}
	p.count("Concurrent", s.Concurrent, 1)
	p.count("Queue", s.Queue, 0)
	p.durationOrZero("QueueTimeout", s.QueueTimeout)
	if (s.Queue > 0) != (s.QueueTimeout > 0) {
		p.addf("Queue is %d and QueueTimeout is %v; have both or neither", s.Queue, s.QueueTimeout)
	}
	return p.err()
}

// A Compartment limits calls at once, so that those to a slow service take no
// more than their share. Make one with [Bulkhead].
type Compartment struct {
	settings BulkheadSettings
	err      error

	mu     sync.Mutex // guards all below
	queue  queue
	counts BulkheadCounts // but for Waiting, which the queue knows
}

// BulkheadCounts are the figures of a [Compartment].
type BulkheadCounts struct {
	Running, Waiting int    // now
	Passed           uint64 // since it was made, as those below
	Full             uint64 // refused with ErrFull
	TimedOut         uint64 // refused with ErrQueueTimeout
}

// Bulkhead returns a policy that lets so many calls run at once, and others
// wait in a bounded queue. Places that come free go to the waiting keys in
// turn, and a full queue takes the first calls of a key that has fewer waiting
// than another by refusing that other's latest: a caller that floods the
// compartment delays mostly itself.
//
// A refused call ends in a [*RefusedError] with [ErrFull], [ErrQueueTimeout] or
// the error of a context that ended in the queue.
func Bulkhead(settings BulkheadSettings) *Compartment {
	return &Compartment{settings: settings, err: settings.check(), queue: newQueue()}
}

// Err returns what is wrong with the settings.
func (c *Compartment) Err() error { return c.err }

// Counts returns the compartment's figures as of now.
func (c *Compartment) Counts() BulkheadCounts {
	c.mu.Lock()
	defer c.mu.Unlock()
	counts := c.counts
	counts.Waiting = c.queue.size
	return counts
}

// Acquire takes a place, for code that is not a function to wrap. If the error
// is nil, release must be called when the call is over; later calls of it do
// nothing.
func (c *Compartment) Acquire(ctx context.Context) (release func(), err error) {
	if err := c.enter(ctx); err != nil {
		return nil, err
	}
	return sync.OnceFunc(c.leave), nil
}

// Enter is Acquire for code that makes very many calls: it allocates nothing, and
// leaves it to the caller that [Compartment.Leave] is called exactly once for
// each nil that it returned.
func (c *Compartment) Enter(ctx context.Context) error { return c.enter(ctx) }

// TryEnter is Enter for those that do not wait: it tells whether a place was
// free.
func (c *Compartment) TryEnter() bool {
	if c.err != nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.take()
}

// take requires the lock.
func (c *Compartment) take() bool {
	if c.counts.Running >= c.settings.Concurrent {
		return false
	}
	c.counts.Running++
	c.counts.Passed++
	return true
}

// Leave gives back a place that [Compartment.Enter] or [Compartment.TryEnter]
// gave.
func (c *Compartment) Leave() { c.leave() }

func (c *Compartment) run(ctx context.Context, next step) error {
	if err := c.enter(ctx); err != nil {
		return err
	}
	defer c.leave()
	return next.do(ctx)
}

func (c *Compartment) enter(ctx context.Context) error {
	if c.err != nil {
		return c.err
	}
	key := ""
	if c.settings.Key != nil && c.settings.Queue > 0 {
		key = c.settings.Key(ctx)
	}
	c.mu.Lock()
	if c.take() {
		c.mu.Unlock()
		return nil
	}
	w := &waiter{key: key, called: make(chan error, 1)}
	if c.queue.size >= c.settings.Queue {
		c.counts.Full++ // for this call, or the one that makes room for it
		if !c.queue.makeRoom(key) {
			c.mu.Unlock()
			return c.refusal(ErrFull)
		}
	}
	c.queue.push(w)
	c.mu.Unlock()
	return c.wait(ctx, w)
}

func (c *Compartment) wait(ctx context.Context, w *waiter) error {
	timer := time.NewTimer(c.settings.QueueTimeout)
	defer timer.Stop()
	var reason error
	select {
	case reason = <-w.called:
	case <-timer.C:
		reason = c.quit(w, ErrQueueTimeout)
	case <-ctx.Done():
		reason = c.quit(w, ctx.Err())
	}
	if reason == nil {
		return nil
	}
	return c.refusal(reason)
}

// quit takes a waiter out of the queue, unless it was called meanwhile: then
// that counts.
func (c *Compartment) quit(w *waiter, reason error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.queue.remove(w) {
		return <-w.called
	}
	if reason == ErrQueueTimeout { //nolint:errorlint // it is this very value
		c.counts.TimedOut++
	}
	return reason
}

// leave hands the place on, or gives it up.
func (c *Compartment) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if w := c.queue.pop(); w != nil {
		c.counts.Passed++
		w.called <- nil
		return
	}
	c.counts.Running--
}

func (c *Compartment) refusal(reason error) error {
	return &RefusedError{Policy: "bulkhead", Name: c.settings.Name, Reason: reason}
}
