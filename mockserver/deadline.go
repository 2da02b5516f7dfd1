package mockserver

import (
	"context"
	"errors"
	"math"
	"strconv"
	"time"
)

const (
	// DefaultQueryTimeout is how long a plain query may run, as deployed.
	DefaultQueryTimeout = 30 * time.Second

	// engineTimeout is how long the engine lets any statement run, as deployed;
	// copyTimeout is what it is raised to for a copy that brings credentials.
	engineTimeout = 120 * time.Second
	copyTimeout   = 30 * time.Minute
)

var errQueryTimeout = errors.New("the plain query has run for as long as it may")

// bound gives a statement its time. What ends it otherwise is its client's
// going, or with [QuirkRunOn] the server's closing.
func (s *Server) bound(ctx context.Context, limit time.Duration, cause error) (context.Context, context.CancelFunc) {
	if !s.quirks.Has(QuirkRunOn) {
		return context.WithTimeoutCause(ctx, limit, cause)
	}
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), limit, cause)
	stop := context.AfterFunc(s.ctx, cancel)
	return ctx, func() { stop(); cancel() }
}

// boundPlain is bound for a plain query, which has a limit of the server's own
// besides the engine's.
func (s *Server) boundPlain(ctx context.Context) (context.Context, context.CancelFunc) {
	if s.queryTimeout > 0 && s.queryTimeout < engineTimeout && !s.quirks.Has(QuirkLateTimeout) {
		return s.bound(ctx, s.queryTimeout, errQueryTimeout)
	}
	return s.bound(ctx, engineTimeout, nil)
}

// overran reports whether a plain query that has ended is answered as one that
// took too long. With the quirk that is found out only now, whatever came of
// the statement.
func (s *Server) overran(ctx context.Context, started time.Time, err error) bool {
	if s.quirks.Has(QuirkLateTimeout) {
		return s.queryTimeout > 0 && time.Since(started) >= s.queryTimeout
	}
	return err != nil && errors.Is(context.Cause(ctx), errQueryTimeout)
}

func (s *Server) timeoutDetail() string {
	return "Unexpected error: 408: Query execution timeout (" + strconv.FormatFloat(s.queryTimeout.Seconds(), 'f', -1, 64) + " seconds)"
}

// timeoutSeconds is the limit as /info shows it: whole seconds, 0 for none.
func (s *Server) timeoutSeconds() int { return int(math.Ceil(s.queryTimeout.Seconds())) }
