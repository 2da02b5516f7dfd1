package resilience

import (
	"context"
	"sync"
	"time"
)

// A Report tells what the policies did in one call. It is filled while the call
// runs and may be read at any time.
type Report struct {
	mu       sync.Mutex // guards all below
	retries  int
	fallback *FallbackUse
}

// A FallbackUse says where a value came from that is not the function's own.
type FallbackUse struct {
	From  string        // "default value", "cache" or "degraded function"
	Age   time.Duration // of a cached value, else 0
	Stale bool          // a cached value is past its TTL
	Cause error         // why the function's own value is missing
}

type reportKey struct{}

// WithReport returns a context for one call, and the report of that call.
func WithReport(ctx context.Context) (context.Context, *Report) {
	r := &Report{}
	return context.WithValue(ctx, reportKey{}, r), r
}

// Retries returns how many attempts were made beyond the first.
func (r *Report) Retries() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.retries
}

// Fallback tells whether the value is a fallback's, and where it came from.
func (r *Report) Fallback() (use FallbackUse, used bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fallback == nil {
		return FallbackUse{}, false
	}
	return *r.fallback, true
}

func reportRetry(ctx context.Context) {
	if r, ok := ctx.Value(reportKey{}).(*Report); ok {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.retries++
	}
}

func reportFallback(ctx context.Context, use FallbackUse) {
	if r, ok := ctx.Value(reportKey{}).(*Report); ok {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.fallback = &use
	}
}
