package mockserver

import (
	"context"
	"errors"
	"fmt"
)

// Reset makes the server as it was when it was new: it interrupts and forgets
// all tasks, drops all databases and kept backups, and forgets counted queries,
// wrong keys and the load that was set. Its configuration stays, and so do its
// quirks. Requests that are under way may see either state. An error, which is
// also that of ctx, leaves the rest undone and may be followed by another Reset.
func (s *Server) Reset(ctx context.Context) error {
	if err := s.queue.drain(ctx); err != nil {
		return fmt.Errorf("mockserver: reset: a task does not end: %w", err)
	}
	s.tasks.reset()
	if err := errors.Join(s.archives.reset(), s.dropAll(ctx)); err != nil {
		return fmt.Errorf("mockserver: reset: %w", err)
	}
	s.queries.reset(s.clock.now())
	s.lockout.reset()
	return s.SetLoad(Load{})
}

func (s *Server) dropAll(ctx context.Context) error {
	s.creates.Lock()
	defer s.creates.Unlock()
	names, err := s.engine.List(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := s.engine.Drop(ctx, name); err != nil && !errors.Is(err, ErrDatabaseNotFound) {
			return fmt.Errorf("database %s: %w", name, err)
		}
	}
	return nil
}
