package resilience

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// A Share is one stage of a [TimeBudget].
type Share struct {
	Stage string // name for [TimeBudget.Stage], errors and figures
	// Part of the budget that the stage may use, more than 0 and at most 1; or
	// [Rest].
	Part float64
}

// Rest as the part of a stage hands down to it whatever is left when it begins.
const Rest = 0

// A TimeBudget divides the time of an operation among its stages. It is a plan
// and serves any number of operations at once; Start begins one.
type TimeBudget struct {
	total  time.Duration
	shares []Share
	err    error
}

// SplitTimeout plans to spend at most total on an operation with these stages,
// which may run in any order, several times, or not at all. The parts must not
// add up to more than 1.
func SplitTimeout(total time.Duration, shares ...Share) *TimeBudget {
	p := problems{of: "time budget"}
	p.duration("the total", total)
	if len(shares) == 0 {
		p.addf("it has no stages")
	}
	seen := make(map[string]bool)
	sum := 0.0
	for _, s := range shares {
		p.number(fmt.Sprintf("the part of stage %q", s.Stage), s.Part, 0, 1)
		if seen[s.Stage] {
			p.addf("stage %q is there twice", s.Stage)
		}
		seen[s.Stage] = true
		sum += s.Part
	}
	const rounding = 1e-9 // 0.1 + 0.2 + 0.7 is a little more than 1
	if sum > 1+rounding {
		p.addf("the parts add up to %.4g: the stages would want more time than there is", sum)
	}
	return &TimeBudget{total: total, shares: shares, err: p.err()}
}

// Err returns what is wrong with the plan.
func (b *TimeBudget) Err() error { return b.err }

// Start begins an operation: the context ends when the total is spent. Call end
// when the operation is over.
func (b *TimeBudget) Start(ctx context.Context) (_ context.Context, end context.CancelFunc) {
	if b.err != nil {
		return ctx, func() {} // its stages say so
	}
	ctx, end = context.WithTimeout(ctx, b.total)
	return context.WithValue(ctx, b, &spending{}), end
}

// StageTime says how long a stage of an operation took.
type StageTime struct {
	Stage string        // its name
	Took  time.Duration // how long it lasted
	Of    time.Duration // what it was allowed
}

// String is such as "db 9s of 9s".
func (s StageTime) String() string {
	return fmt.Sprintf("%s %v of %v", s.Stage, s.Took.Round(time.Millisecond), s.Of.Round(time.Millisecond))
}

// spending is what one operation has spent.
type spending struct {
	mu     sync.Mutex // guards stages
	stages []StageTime
}

func (s *spending) add(t StageTime) []StageTime {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stages = append(s.stages, t)
	return slices.Clip(s.stages)
}

// Spent returns the stages of ctx's operation that are over, in the order of
// their ends; nil if Start was not called for it.
func (b *TimeBudget) Spent(ctx context.Context) []StageTime {
	s, ok := ctx.Value(b).(*spending)
	if !ok {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clip(s.stages)
}

type stage struct {
	budget *TimeBudget
	share  Share
	err    error
}

// Stage returns a policy that gives what is inside it the stage's part of the
// time, or what is left of the total if that is less. The context must come
// from Start. If the time runs out, the error is a [*TimeoutError] that says at
// which stage, and what the stages before it took.
func (b *TimeBudget) Stage(name string) Policy {
	if b.err != nil {
		return &stage{budget: b, err: b.err}
	}
	for _, s := range b.shares {
		if s.Stage == name {
			return &stage{budget: b, share: s}
		}
	}
	return &stage{budget: b, err: fmt.Errorf("resilience: time budget: it has no stage %q", name)}
}

func (s *stage) Err() error { return s.err }

func (s *stage) limit() (string, time.Duration) {
	return fmt.Sprintf("stage %q", s.share.Stage), s.most()
}

// most is what the stage may take if nothing is spent.
func (s *stage) most() time.Duration {
	if s.share.Part == Rest {
		return s.budget.total
	}
	return time.Duration(s.share.Part * float64(s.budget.total))
}

func (s *stage) run(ctx context.Context, next step) error {
	if s.err != nil {
		return s.err
	}
	spent, ok := ctx.Value(s.budget).(*spending)
	if !ok {
		return errors.New("resilience: time budget: the context does not come from its Start")
	}
	began := time.Now()
	allowed := s.most()
	if deadline, ok := ctx.Deadline(); ok {
		allowed = max(0, min(allowed, deadline.Sub(began)))
	}
	if allowed == 0 {
		return &TimeoutError{Stage: s.share.Stage, Spent: s.budget.Spent(ctx), Err: errors.New("nothing was left, so it was not called")}
	}
	limited, cancel := context.WithTimeout(ctx, allowed)
	defer cancel()
	err := next.do(limited)
	stages := spent.add(StageTime{Stage: s.share.Stage, Took: time.Since(began), Of: allowed})
	if err == nil || !errors.Is(limited.Err(), context.DeadlineExceeded) {
		return err
	}
	return &TimeoutError{Stage: s.share.Stage, After: allowed, Spent: stages, Err: err}
}
