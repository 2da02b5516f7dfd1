package mockserver

import (
	"fmt"
	"sync/atomic"
)

// quirkSet is the set of quirks of a running server. A request may see a change
// between two of its steps, as it would see a server that is updated.
type quirkSet struct{ bits atomic.Uint64 }

func (l *quirkSet) load() Quirks { return Quirks(l.bits.Load()) }

func (l *quirkSet) store(q Quirks) { l.bits.Store(uint64(q)) }

// Has reports whether all of q is switched on.
func (l *quirkSet) Has(q Quirks) bool { return l.load().Has(q) }

// Quirks returns the oddities that the server has now.
func (s *Server) Quirks() Quirks { return s.quirks.load() }

// SetQuirks replaces the oddities of the running server; requests that come
// after it see all of them. It refuses bits that stand for nothing, and then
// changes nothing.
func (s *Server) SetQuirks(q Quirks) error {
	if err := q.check(); err != nil {
		return fmt.Errorf("mockserver: %w", err)
	}
	s.quirks.store(q)
	return nil
}

func (q Quirks) check() error {
	if unknown := q &^ QuirksDeployed; unknown != 0 {
		return fmt.Errorf("Quirks has bits that stand for nothing: %#x", uint64(unknown))
	}
	return nil
}
