package resilience

import (
	"math"
	"math/rand/v2"
	"time"
)

// A Strategy says whether a failed attempt is worth another, and when. Write
// one's own, or use [Exponential], [Linear], [Constant] or [Adaptive]. It must
// be safe for concurrent use.
type Strategy interface {
	// Delay is how long to wait after the attempt-th attempt, counted from 1,
	// failed with err. Less than 0 counts as 0.
	Delay(attempt int, err error) time.Duration
	// ShouldRetry tells whether to make another attempt after that one. The
	// limits of [RetrySettings] hold besides.
	ShouldRetry(attempt int, err error) bool
}

// Exponential waits Initial, then Factor times as long after each further
// attempt, and never longer than Max.
type Exponential struct {
	Initial, Max time.Duration // 0 or more; Max is at least Initial
	Factor       float64       // 1 to 100
	// Jitter lengthens each delay by a random share of it, from 0 up to this
	// fraction; 0 to 1. It keeps callers that failed together from coming back
	// together.
	Jitter float64
	// FullJitter takes a random delay from 0 up to the full one instead, which
	// spreads callers best and waits half as long on average. Jitter is then 0.
	FullJitter bool
}

// Delay implements [Strategy].
func (e Exponential) Delay(attempt int, _ error) time.Duration {
	d := float64(e.Initial) * math.Pow(e.Factor, float64(max(attempt, 1)-1))
	d = min(d, float64(e.Max)) // before jitter too, which else would be of a delay that is never waited
	if e.FullJitter {
		d *= rand.Float64()
	} else {
		d *= 1 + e.Jitter*rand.Float64()
	}
	return time.Duration(min(d, float64(e.Max)))
}

// ShouldRetry implements [Strategy]; it is always true.
func (Exponential) ShouldRetry(int, error) bool { return true }

func (e Exponential) check(p *problems) {
	p.duration("Exponential.Initial", e.Initial)
	p.duration("Exponential.Max", e.Max)
	p.number("Exponential.Factor", e.Factor, 1, 100)
	p.number("Exponential.Jitter", e.Jitter, 0, 1)
	if e.Max > 0 && e.Initial > e.Max {
		p.addf("Exponential.Initial of %v is more than Max of %v", e.Initial, e.Max)
	}
	if e.FullJitter && e.Jitter != 0 {
		p.addf("Exponential has both Jitter and FullJitter: choose one")
	}
}

// Linear waits Step after the first attempt, twice Step after the second and so
// on; at most a day.
type Linear struct {
	Step time.Duration // 0 or more
}

// Delay implements [Strategy].
func (l Linear) Delay(attempt int, _ error) time.Duration {
	if l.Step > 0 && attempt > int(maxDuration/l.Step) {
		return maxDuration
	}
	return l.Step * time.Duration(attempt)
}

// ShouldRetry implements [Strategy]; it is always true.
func (Linear) ShouldRetry(int, error) bool { return true }

func (l Linear) check(p *problems) { p.duration("Linear.Step", l.Step) }

// Constant waits the same time after every attempt; 0 repeats at once.
type Constant struct {
	Wait time.Duration // 0 or more
}

// Delay implements [Strategy].
func (c Constant) Delay(int, error) time.Duration { return c.Wait }

// ShouldRetry implements [Strategy]; it is always true.
func (Constant) ShouldRetry(int, error) bool { return true }

func (c Constant) check(p *problems) { p.durationOrZero("Constant.Wait", c.Wait) }
