//go:build cgo && (linux || darwin)

package kuzuengine

import (
	"context"
	"sync"
)

// access is what a statement may do beside others on its database.
type access int

const (
	reading access = iota // beside other reading
	writing               // alone
)

// gate admits statements to a database in the order in which they come. The
// engine would let one writer run beside readers, but then a checkpoint fails
// the statement that it belongs to, and readers walk lists of versions that
// the writer moves. The zero gate is open.
type gate struct {
	mu     sync.Mutex
	inside int    // statements that are admitted
	mode   access // of those; if it is writing there is one
	queue  []*waiter
}

type waiter struct {
	mode     access
	admitted chan struct{}
}

// lock waits for admission, or for the end of the context, whose error it
// returns. After success, unlock must follow.
func (g *gate) lock(ctx context.Context, mode access) error {
	g.mu.Lock()
	w := &waiter{mode: mode, admitted: make(chan struct{})}
	g.queue = append(g.queue, w)
	g.admit()
	g.mu.Unlock()

	select {
	case <-w.admitted:
		return nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, other := range g.queue {
		if other == w {
			g.queue = append(g.queue[:i], g.queue[i+1:]...)
			g.admit() // those that waited behind
			return ctx.Err()
		}
	}
	return nil // admitted meanwhile
}

func (g *gate) unlock() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	g.admit()
}

// share turns writing into reading, and lets those in that wait to read.
func (g *gate) share() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.mode = reading
	g.admit()
}

// admit lets the first of the queue in, as long as that is possible. It
// requires mu.
func (g *gate) admit() {
	for len(g.queue) > 0 {
		w := g.queue[0]
		if g.inside > 0 && (g.mode == writing || w.mode == writing) {
			return
		}
		g.queue = g.queue[1:]
		g.inside++
		g.mode = w.mode
		close(w.admitted)
	}
}
