package chaos_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"
)

// planned is a fault that a schedule has.
type planned struct {
	*fault
	at, lasts time.Duration // lasts 0: it is a moment's
	// target and detail choose among what there is, by their remainder.
	target, detail int
}

const (
	// between is the mean time from the beginning of one fault to that of the next.
	between = 600 * time.Millisecond
	// longest is how long a fault lasts at most.
	longest = 3 * time.Second
)

// schedule makes the faults of a round, which all end within its time. The same
// seed gives the same ones. No two are at the same thing at a time.
func schedule(seed uint64, within time.Duration) []planned {
	random := rand.New(rand.NewPCG(seed, 1))
	var plan []planned
	free := make(map[string]time.Duration) // when what is at
	for at := time.Duration(0); ; {
		at += time.Duration(random.ExpFloat64() * float64(between))
		p := planned{fault: &faults[random.IntN(len(faults))], at: at, target: random.IntN(1 << 20), detail: random.IntN(1 << 20)}
		lasts := 200*time.Millisecond + time.Duration(random.Int64N(int64(longest)))
		if p.lasting {
			p.lasts = min(lasts, within-at)
		}
		if at >= within {
			return plan
		}
		thing := p.thing(p.target)
		if free[thing] > at {
			continue
		}
		free[thing] = at + p.lasts
		plan = append(plan, p)
	}
}

// step is the beginning or the end of a planned fault.
type step struct {
	planned
	at    time.Duration
	ends  bool
	index int
}

// steps puts beginnings and ends in order.
func steps(plan []planned) []step {
	var all []step
	for i, p := range plan {
		all = append(all, step{planned: p, at: p.at, index: i}, step{planned: p, at: p.at + p.lasts, ends: true, index: i})
	}
	slices.SortStableFunc(all, func(a, b step) int { return cmp.Compare(a.at, b.at) })
	return all
}

// another derives the seed of a further round.
func another(seed uint64, round int) uint64 {
	if round == 0 {
		return seed
	}
	return rand.New(rand.NewPCG(seed, uint64(round)+1000)).Uint64() >> 32
}
