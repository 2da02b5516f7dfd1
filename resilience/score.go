package resilience

import (
	"slices"
	"time"
)

// figures are what a service's samples come to.
type figures struct {
	latencies  []time.Duration // sorted
	errorRates map[ErrorKind]float64
	errorRate  float64
	calls      int
	checkRate  float64 // of the scored checks
	checks     int     // scored
}

// figure requires the lock.
func (s *service) figure(now time.Time) figures {
	f := figures{errorRates: make(map[ErrorKind]float64)}
	succeeded := 0
	for c := range recent(&s.checks, now) {
		if c.kind == "" {
			f.latencies = append(f.latencies, c.latency)
		}
		if f.checks < scoredChecks {
			f.checks++
			if c.kind == "" {
				succeeded++
			}
		}
	}
	failed := 0
	for c := range recent(&s.calls, now) {
		f.calls++
		if c.kind == "" {
			if c.latency >= 0 { // somebody measured it
				f.latencies = append(f.latencies, c.latency)
			}
			continue
		}
		failed++
		f.errorRates[c.kind]++
	}
	slices.Sort(f.latencies)
	if f.checks > 0 {
		f.checkRate = float64(succeeded) / float64(f.checks)
	}
	if f.calls > 0 {
		f.errorRate = float64(failed) / float64(f.calls)
		for kind := range f.errorRates {
			f.errorRates[kind] /= float64(f.calls)
		}
	}
	return f
}

// quality is the weighted sum in the documentation of [Status], 0 to 100, before
// anything bounds it; 0 if nothing is known.
func (f *figures) quality(target time.Duration) float64 {
	const ofChecks, ofCalls, ofLatency = 0.5, 0.4, 0.1
	var sum, weights float64
	add := func(weight, part float64) {
		sum += weight * part
		weights += weight
	}
	if f.checks > 0 {
		add(ofChecks, f.checkRate)
	}
	if f.calls > 0 {
		add(ofCalls, 1-f.errorRate)
	}
	if p95 := percentile(f.latencies, 0.95); p95 > target {
		add(ofLatency, float64(target)/float64(p95))
	} else if len(f.latencies) > 0 {
		add(ofLatency, 1)
	}
	if weights == 0 {
		return 0
	}
	return 100 * sum / weights
}

// Bounds of the score.
const (
	busyScore    = 60
	breakerScore = 50
)

// bounded applies what limits the score whatever the figures say.
func bounded(quality float64, state HealthState, breakers []*CircuitBreaker) float64 {
	if state == HealthUnknown || state == Down {
		return 0
	}
	if state == Busy {
		quality = min(quality, busyScore)
	}
	for _, b := range breakers {
		if b.State() != StateClosed {
			return min(quality, breakerScore)
		}
	}
	return quality
}
