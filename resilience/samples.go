package resilience

import (
	"iter"
	"math"
	"slices"
	"time"
)

// How far back a service's figures look; see [Status].
const (
	callSamples  = 512
	checkSamples = 120
	scoredChecks = 10
	maxSampleAge = 15 * time.Minute
)

// A sample is one check or call that is over.
type sample struct {
	at      time.Time
	latency time.Duration
	kind    ErrorKind // "" for a success
}

// A ring holds the latest values. It requires external locking.
type ring[T any] struct {
	values []T
	next   int
}

func newRing[T any](size int) ring[T] { return ring[T]{values: make([]T, 0, size)} }

func (r *ring[T]) add(v T) {
	if len(r.values) < cap(r.values) {
		r.values = append(r.values, v)
		return
	}
	r.values[r.next] = v
	r.next = (r.next + 1) % len(r.values)
}

// backward yields the values from the latest to the oldest.
func (r *ring[T]) backward() iter.Seq[T] {
	return func(yield func(T) bool) {
		n := len(r.values)
		for i := range n {
			if !yield(r.values[(r.next+n-1-i)%n]) {
				return
			}
		}
	}
}

func (r *ring[T]) list() []T {
	all := slices.Collect(r.backward())
	slices.Reverse(all)
	return all
}

// recent yields the samples that are not too old, the latest first.
func recent(r *ring[sample], now time.Time) iter.Seq[sample] {
	return func(yield func(sample) bool) {
		for s := range r.backward() {
			if now.Sub(s.at) > maxSampleAge || !yield(s) {
				return
			}
		}
	}
}

// percentile returns the smallest of the sorted values that at least the given
// share of them does not exceed; 0 of none.
func percentile(sorted []time.Duration, share float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	i := int(math.Ceil(share*float64(len(sorted)))) - 1
	return sorted[min(max(i, 0), len(sorted)-1)]
}

func mean(values []time.Duration) time.Duration {
	if len(values) == 0 {
		return 0
	}
	var sum float64
	for _, v := range values {
		sum += float64(v)
	}
	return time.Duration(sum / float64(len(values)))
}
