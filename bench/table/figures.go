package table

import (
	"errors"
	"math"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Figures are what calls took.
type Figures struct {
	P50       float64 `json:"p50"` // seconds that half of the calls stay below
	P95       float64 `json:"p95"`
	P99       float64 `json:"p99"`
	PerSecond float64 `json:"per_second"` // calls
	Allocs    float64 `json:"allocs"`     // allocations a call; 0: not counted
}

// FiguresOf are those of calls of which the seconds are known, each and all
// together.
func FiguresOf(seconds []float64, total float64) Figures {
	slices.Sort(seconds)
	return Figures{P50: percentile(seconds, 50), P95: percentile(seconds, 95), P99: percentile(seconds, 99), PerSecond: float64(len(seconds)) / total}
}

// percentile is the value that so many of a hundred sorted ones do not exceed.
func percentile(sorted []float64, of int) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	return sorted[(len(sorted)*of+99)/100-1]
}

// Calls makes calls, by several callers at once, each of whom makes as many. The
// garbage of what came before is collected first.
func Calls(callers, calls int, call func() error) (Figures, error) {
	each := max(1, calls/callers)
	seconds, faults := make([]float64, callers*each), make([]error, callers)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var group sync.WaitGroup
	began := time.Now()
	for caller := range callers {
		group.Go(func() {
			for i := range each {
				begun := time.Now()
				if err := call(); err != nil {
					faults[caller] = err
					return
				}
				seconds[caller*each+i] = time.Since(begun).Seconds()
			}
		})
	}
	group.Wait()
	total := time.Since(began).Seconds()
	runtime.ReadMemStats(&after)
	figures := FiguresOf(seconds, total)
	figures.Allocs = float64(after.Mallocs-before.Mallocs) / float64(len(seconds))
	return figures, errors.Join(faults...)
}

// Medians are the medians of a side's rounds.
func Medians(rounds []Figures) Figures {
	median := func(of func(Figures) float64) float64 { return Median(Each(rounds, of)) }
	return Figures{
		P50:       median(func(f Figures) float64 { return f.P50 }),
		P95:       median(func(f Figures) float64 { return f.P95 }),
		P99:       median(func(f Figures) float64 { return f.P99 }),
		PerSecond: median(func(f Figures) float64 { return f.PerSecond }),
		Allocs:    median(func(f Figures) float64 { return f.Allocs }),
	}
}

// Each is one figure of each round.
func Each(rounds []Figures, of func(Figures) float64) []float64 {
	values := make([]float64, len(rounds))
	for i, f := range rounds {
		values[i] = of(f)
	}
	return values
}
