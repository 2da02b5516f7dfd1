package resilience

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Bounds beyond which a setting is taken for a mistake, such as nanoseconds
// given where seconds were meant.
const (
	maxCount    = 1_000_000
	maxDuration = 24 * time.Hour
)

// problems collects what is wrong with the settings of one thing, so that all
// is told at once.
type problems struct {
	of   string
	errs []error
}

func (p *problems) addf(format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf("resilience: %s: %s", p.of, fmt.Sprintf(format, args...)))
}

func (p *problems) err() error { return errors.Join(p.errs...) }

// count wants a whole number from lowest on.
func (p *problems) count(name string, n, lowest int) {
	p.countTo(name, n, lowest, maxCount)
}

func (p *problems) countTo(name string, n, lowest, highest int) {
	if n < lowest || n > highest {
		p.addf("%s is %d; it may be %d to %d", name, n, lowest, highest)
	}
}

// duration wants more than nothing and at most a day.
func (p *problems) duration(name string, d time.Duration) {
	if d <= 0 || d > maxDuration {
		p.addf("%s is %v; it must be more than 0 and at most %v", name, d, maxDuration)
	}
}

// durationOrZero is duration for settings where zero has a meaning.
func (p *problems) durationOrZero(name string, d time.Duration) {
	if d < 0 || d > maxDuration {
		p.addf("%s is %v; it may be 0 to %v", name, d, maxDuration)
	}
}

// number wants a number in [lowest, highest]; NaN is not in any range.
func (p *problems) number(name string, x, lowest, highest float64) {
	if math.IsNaN(x) || x < lowest || x > highest {
		p.addf("%s is %v; it may be %v to %v", name, x, lowest, highest)
	}
}
