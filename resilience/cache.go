package resilience

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrNotCached says that the cache holds no value for the key, or only one too old.
var ErrNotCached = errors.New("no cached value")

// CacheSettings set up a [CacheFallback].
type CacheSettings struct {
	// Key tells whose value it is; required, for one caller's value must never
	// be given to another. See [KeyFromContext]. Calls for which it returns ""
	// are neither stored nor answered.
	Key func(context.Context) string
	// TTL is for how long a value is as good as new.
	TTL time.Duration
	// StaleFor is for how much longer a value is given, marked as stale, while
	// the service fails; 0: not at all.
	StaleFor time.Duration
	// MaxEntries bounds the values held; the one used least recently makes room.
	MaxEntries int
	// On tells the errors for which to look into the cache; nil: all.
	On Match
}

func (s *CacheSettings) check() error {
	p := problems{of: "cache fallback"}
	p.duration("TTL", s.TTL)
	p.durationOrZero("StaleFor", s.StaleFor)
	p.count("MaxEntries", s.MaxEntries, 1)
	if s.Key == nil {
		p.addf("Key is nil: without it one caller's value would be given to another")
	}
	return p.err()
}

// CacheFallback remembers the last good value of each key and gives it when
// what is inside it fails. It never spares a call. Values are shared between
// callers, so none may change what they point to. If there is none, the error
// is a [*FallbackError] with [ErrNotCached] and the cause. T is the type that
// the function returns.
func CacheFallback[T any](settings CacheSettings) Policy {
	return &cache[T]{settings: settings, err: settings.check(), values: newLRU[string, cached[T]](settings.MaxEntries)}
}

type cache[T any] struct {
	settings CacheSettings
	err      error

	mu     sync.Mutex // guards values
	values *lru[string, cached[T]]
}

type cached[T any] struct {
	value T
	at    time.Time
}

func (c *cache[T]) Err() error { return c.err }

func (c *cache[T]) fits(t target) error {
	return fits[T]("CacheFallback", t)
}

func (c *cache[T]) run(ctx context.Context, next step) error {
	if c.err != nil {
		return c.err
	}
	key := c.settings.Key(ctx)
	cause := next.do(ctx)
	if key == "" || cause != nil && (gaveUp(ctx) || !c.settings.On.holds(cause)) {
		return cause
	}
	now := time.Now()
	if cause == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.values.put(key, cached[T]{next.target.(*invocation[T]).value, now})
		return nil
	}
	c.mu.Lock()
	last, ok := c.values.get(key)
	c.mu.Unlock()
	age := now.Sub(last.at)
	if !ok || age > c.settings.TTL+c.settings.StaleFor {
		return &FallbackError{From: "cache", Cause: cause, Err: ErrNotCached}
	}
	give(next, last.value)
	reportFallback(ctx, FallbackUse{From: "cache", Age: age, Stale: age > c.settings.TTL, Cause: cause})
	return nil
}
