package resilience

import "time"

// BreakerSettings set up a [CircuitBreaker]. Start from a preset.
type BreakerSettings struct {
	// FailureThreshold opens the breaker: so many failures in a row, or with a
	// Window so many within it. 0 leaves it to FailureRate and SlowRate.
	FailureThreshold int
	// SuccessThreshold closes a half-open breaker: so many successes, at most
	// HalfOpenRequests.
	SuccessThreshold int
	// OpenTimeout is how long the breaker stays open before it lets probes
	// through. Probes that have not ended after as long again give their places
	// to others.
	OpenTimeout time.Duration
	// HalfOpenRequests is how many calls pass while the breaker is half-open.
	HalfOpenRequests int

	// Window is how far back FailureThreshold, FailureRate and SlowRate look, to
	// within a tenth of it. 0: FailureThreshold counts failures in a row,
	// however long they take.
	Window time.Duration
	// FailureRate opens the breaker when this share of the calls in the window
	// failed, more than 0 and at most 1; 0: not looked at.
	FailureRate float64
	// SlowCall is from how long on a call counts as slow; 0: none does. A slow
	// probe counts as failed.
	SlowCall time.Duration
	// SlowRate opens the breaker when this share of the calls in the window was
	// slow, more than 0 and at most 1; 0: not looked at.
	SlowRate float64
	// MinCalls is how many calls the window must hold before a rate counts.
	MinCalls int

	// Failure tells the errors that count as failures; nil: all do. What it does
	// not match counts as a success: the service answered. An error of a call
	// whose own context was canceled never counts as either.
	Failure Match
}

// MiddlewareBreaker returns the defaults of the robustness middleware: 5
// failures in a row open it, for 60 s; then 3 calls may pass and 2 successes
// close it.
func MiddlewareBreaker() BreakerSettings {
	return BreakerSettings{FailureThreshold: 5, SuccessThreshold: 2, OpenTimeout: time.Minute, HalfOpenRequests: 3}
}

// ClientBreaker returns the defaults of the client factory: 5 failures in a row
// open it, for 60 s; then a single call decides.
func ClientBreaker() BreakerSettings {
	return BreakerSettings{FailureThreshold: 5, SuccessThreshold: 1, OpenTimeout: time.Minute, HalfOpenRequests: 1}
}

func (s *BreakerSettings) check(name string) error {
	p := problems{of: named("breaker", name)}
	p.count("FailureThreshold", s.FailureThreshold, 0)
	p.count("SuccessThreshold", s.SuccessThreshold, 1)
	p.duration("OpenTimeout", s.OpenTimeout)
	p.count("HalfOpenRequests", s.HalfOpenRequests, 1)
	p.durationOrZero("Window", s.Window)
	p.number("FailureRate", s.FailureRate, 0, 1)
	p.durationOrZero("SlowCall", s.SlowCall)
	p.number("SlowRate", s.SlowRate, 0, 1)
	p.count("MinCalls", s.MinCalls, 0)
	rates := s.FailureRate > 0 || s.SlowRate > 0
	if s.SuccessThreshold > s.HalfOpenRequests && s.HalfOpenRequests > 0 {
		p.addf("it would never close: SuccessThreshold is %d, but only %d calls pass while it is half-open (HalfOpenRequests)",
			s.SuccessThreshold, s.HalfOpenRequests)
	}
	if s.FailureThreshold == 0 && !rates {
		p.addf("it would never open: set FailureThreshold, FailureRate or SlowRate")
	}
	if rates && s.Window == 0 {
		p.addf("FailureRate and SlowRate look at a window, but Window is 0")
	}
	if rates && s.MinCalls == 0 {
		p.addf("FailureRate and SlowRate need MinCalls of 1 or more, or the first failure opens it")
	}
	if s.SlowRate > 0 && s.SlowCall == 0 {
		p.addf("SlowRate would never be reached: SlowCall is 0, so no call is slow")
	}
	if s.Window > 0 && s.Window < windowBuckets {
		p.addf("Window is %v; it is too short to be divided", s.Window)
	}
	return p.err()
}
