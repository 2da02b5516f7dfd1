package resilience

import "time"

// windowBuckets is how finely a window forgets.
const windowBuckets = 10

// A window counts calls over a sliding stretch of time in a ring of buckets.
// It requires external locking.
type window struct {
	width   time.Duration // of a bucket
	start   time.Time     // of bucket 0 in turn 0
	buckets [windowBuckets]bucket
	current int64 // number of the newest bucket, counted from start
}

type bucket struct{ calls, failures, slow int }

func newWindow(span time.Duration) *window {
	return &window{width: span / windowBuckets, start: time.Now()}
}

// advance makes the bucket of now the current one and empties those that fell
// out of the window.
func (w *window) advance(now time.Time) *bucket {
	n := int64(now.Sub(w.start) / w.width)
	for i := max(w.current+1, n-windowBuckets+1); i <= n; i++ {
		w.buckets[i%windowBuckets] = bucket{}
	}
	w.current = max(w.current, n)
	return &w.buckets[w.current%windowBuckets]
}

func (w *window) add(now time.Time, failed, slow bool) {
	b := w.advance(now)
	b.calls++
	if failed {
		b.failures++
	}
	if slow {
		b.slow++
	}
}

func (w *window) sum(now time.Time) bucket {
	w.advance(now)
	var total bucket
	for _, b := range w.buckets {
		total.calls += b.calls
		total.failures += b.failures
		total.slow += b.slow
	}
	return total
}

func (w *window) reset() { w.buckets = [windowBuckets]bucket{} }

// share is n over all calls.
func (b bucket) share(n int) float64 {
	if b.calls == 0 {
		return 0
	}
	return float64(n) / float64(b.calls)
}
