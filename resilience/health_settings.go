package resilience

import (
	"context"
	"time"
)

// ServiceSettings say how a [Tracker] watches a service. Start from
// [MiddlewareHealth].
type ServiceSettings struct {
	// Check asks the service whether it is well; nil: only real calls tell. It
	// must heed its context. A panic in it is a failed check.
	Check func(context.Context) error
	// Interval from one check to the next, each up to 10 % shorter or longer by
	// chance, so that many trackers do not check in step.
	Interval time.Duration
	// Timeout ends a check's context.
	Timeout time.Duration
	// FailureThreshold is how many failures in a row it takes to call the
	// service down or busy: failed checks, or failed calls if there is no Check.
	FailureThreshold int
	// LatencyTarget is the p95 latency up to which the service is fast enough;
	// see [Status].
	LatencyTarget time.Duration
	// BusyLimit is for how long a service may give no answer, with none of its
	// calls under way, before it is taken for down instead of busy.
	BusyLimit time.Duration
	// DegradedBelow and RecoveredFrom are health scores, 0 to 100: the service is
	// degraded below the first, and healthy again not before the second.
	DegradedBelow, RecoveredFrom float64
	// Classify sorts errors; nil: [Classify].
	Classify func(error) ErrorKind

	// Policies on the way to the service. The status shows their figures, and
	// their events become alerts.
	Breakers []*CircuitBreaker
	Retriers []*Retrier // see Breakers
	Budgets  []*Budget  // see Breakers
}

// MiddlewareHealth returns the defaults of the robustness middleware, checks
// every 30 s with 5 s of time and 3 failures in a row, for a service with this
// check. The seeds have nothing on the other settings but latencies: the target
// is 2 s, which the client factory gives as the p99 of complex queries.
func MiddlewareHealth(check func(context.Context) error) ServiceSettings {
	return ServiceSettings{
		Check:            check,
		Interval:         30 * time.Second,
		Timeout:          5 * time.Second,
		FailureThreshold: 3,
		LatencyTarget:    2 * time.Second,
		BusyLimit:        10 * time.Minute,
		DegradedBelow:    70,
		RecoveredFrom:    90,
	}
}

func (s *ServiceSettings) check(name string) error {
	p := problems{of: named("service", name)}
	if name == "" {
		p.addf("its name is empty")
	}
	p.duration("Interval", s.Interval)
	p.duration("Timeout", s.Timeout)
	p.count("FailureThreshold", s.FailureThreshold, 1)
	p.duration("LatencyTarget", s.LatencyTarget)
	p.duration("BusyLimit", s.BusyLimit)
	p.number("DegradedBelow", s.DegradedBelow, 0, 100)
	p.number("RecoveredFrom", s.RecoveredFrom, 0, 100)
	if s.RecoveredFrom < s.DegradedBelow {
		p.addf("RecoveredFrom, %v, is below DegradedBelow, %v: it would be both", s.RecoveredFrom, s.DegradedBelow)
	}
	if s.Timeout > s.Interval && s.Interval > 0 {
		p.addf("Timeout, %v, is longer than Interval, %v: checks would fall behind", s.Timeout, s.Interval)
	}
	checkAll(&p, "Breakers", s.Breakers)
	checkAll(&p, "Retriers", s.Retriers)
	checkAll(&p, "Budgets", s.Budgets)
	return p.err()
}

func checkAll[P interface {
	comparable
	Err() error
}](p *problems, name string, all []P) {
	var none P
	for i, one := range all {
		if one == none {
			p.addf("%s[%d] is nil", name, i)
		} else {
			p.errs = append(p.errs, one.Err())
		}
	}
}
