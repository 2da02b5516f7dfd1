package resilience

import (
	"errors"
	"sync/atomic"
	"time"
)

// RetryCounts are the figures of a [Retrier] since it was made.
type RetryCounts struct {
	Operations uint64 // calls, whatever their outcome
	Attempts   uint64 // of all operations
	// ByAttempts counts operations by the number of their attempts, less one.
	ByAttempts          []uint64
	SucceededFirst      uint64        // operations that succeeded without a retry
	SucceededAfterRetry uint64        // operations that succeeded with one or more
	FailedAfterRetry    uint64        // operations that failed in spite of one or more
	Exhausted           uint64        // ended in ErrExhausted
	NoBudget            uint64        // ended in ErrNoBudget
	NoTime              uint64        // ended in ErrNoTime
	Panics              uint64        // operations that ended in a panic
	Delay               time.Duration // waited in all
}

// retryFigures are made of atomics alone, so that a call that succeeds at once
// costs one addition.
type retryFigures struct {
	succeeded, ended                    []atomic.Uint64 // by attempts less one; ended otherwise
	exhausted, noBudget, noTime, panics atomic.Uint64
	delay                               atomic.Int64
}

func (f *retryFigures) init(maxAttempts int) {
	f.succeeded = make([]atomic.Uint64, maxAttempts)
	f.ended = make([]atomic.Uint64, maxAttempts)
}

func (f *retryFigures) fail(attempts int, reason error) {
	f.ended[attempts-1].Add(1)
	switch {
	case errors.Is(reason, ErrExhausted):
		f.exhausted.Add(1)
	case errors.Is(reason, ErrNoBudget):
		f.noBudget.Add(1)
	case errors.Is(reason, ErrNoTime):
		f.noTime.Add(1)
	}
}

func (f *retryFigures) panicked(attempts int) {
	f.panics.Add(1)
	f.ended[attempts-1].Add(1)
}

// Counts returns the retrier's figures as of now.
func (r *Retrier) Counts() RetryCounts {
	f := &r.figures
	c := RetryCounts{
		ByAttempts: make([]uint64, len(f.succeeded)),
		Exhausted:  f.exhausted.Load(), NoBudget: f.noBudget.Load(), NoTime: f.noTime.Load(),
		Panics: f.panics.Load(), Delay: time.Duration(f.delay.Load()),
	}
	for i := range f.succeeded {
		good, bad := f.succeeded[i].Load(), f.ended[i].Load()
		c.ByAttempts[i] = good + bad
		c.Operations += good + bad
		c.Attempts += uint64(i+1) * (good + bad)
		if i == 0 {
			c.SucceededFirst = good
		} else {
			c.SucceededAfterRetry += good
			c.FailedAfterRetry += bad
		}
	}
	return c
}
