package resilience

import (
	"slices"
	"sync"
)

// A bell delivers events to listeners: in order, never under a lock of its own
// or of its owner, and not twice at a time. A listener may therefore do
// anything with the policy it listens to; it should be quick, for it runs in
// the goroutine of some caller.
type bell[E any] struct {
	mu        sync.Mutex // guards all below; never held while a listener runs
	listeners []*listener[E]
	queue     []E
	ringing   bool
}

type listener[E any] struct{ hear func(E) }

// notify adds a listener until stop is called.
func (b *bell[E]) notify(hear func(E)) (stop func()) {
	l := &listener[E]{hear: hear}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.listeners = append(slices.Clip(b.listeners), l)
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		var left []*listener[E]
		for _, other := range b.listeners {
			if other != l {
				left = append(left, other)
			}
		}
		b.listeners = left
	}
}

// push stores an event for the next ring. It may be called under the owner's
// lock.
func (b *bell[E]) push(e E) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.listeners) > 0 {
		b.queue = append(b.queue, e)
	}
}

// ring delivers what was pushed. If another goroutine is at it, or a listener
// of this one, that delivers the rest too.
func (b *bell[E]) ring() {
	b.mu.Lock()
	if b.ringing {
		b.mu.Unlock()
		return
	}
	b.ringing = true
	defer func() { // also after a listener's panic
		b.ringing = false
		b.mu.Unlock()
	}()
	for len(b.queue) > 0 {
		e, listeners := b.queue[0], b.listeners
		b.queue = b.queue[1:]
		b.hear(e, listeners)
	}
}

// hear is called with the lock held and returns with it held.
func (b *bell[E]) hear(e E, listeners []*listener[E]) {
	b.mu.Unlock()
	defer b.mu.Lock()
	for _, l := range listeners {
		l.hear(e)
	}
}
