package chaos_test

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	chaosTime = flag.Duration("chaos.time", 10*time.Second, "how long the faults go on")
	chaosPace = flag.Duration("chaos.pace", 80*time.Millisecond, "how long each of the 30 workers waits between two calls, at most")
	chaosSeed = flag.Uint64("chaos.seed", 1, "begins the random numbers of faults and calls")
)

const (
	grace     = 5 * time.Second
	calm      = 1500 * time.Millisecond
	longRound = 24 * time.Second
)

// TestChaos sends calls of three services through a fleet to which everything
// happens that may happen to one, round after round, each with a time of quiet at
// its end. Its failure prints the seed that repeats the round.
func TestChaos(t *testing.T) {
	before := held()
	t.Run("fleet", func(t *testing.T) {
		w := newWorld(t, 3, nil)
		length := min(*chaosTime, longRound)
		var first resources
		for n, began := 0, time.Now(); n == 0 || time.Since(began) < *chaosTime; n++ {
			seed := another(*chaosSeed, n)
			r := round{seed: seed, within: max(length-grace-calm, 3*time.Second), grace: grace, calm: calm}
			r.plan = schedule(seed, r.within)
			h := w.run(r, n)
			t.Log(summary(n, seed, h))
			found := check(h, grace)
			var open []string
			if !h.stalledLately() { // or its breakers may be open for that
				open = w.unsettled()
			}
			now := held()
			if n == 0 {
				first = now
			}
			grown := now.goroutines > 2*first.goroutines+200 || now.files > 2*first.files+200
			if len(found) == 0 && len(open) == 0 && !grown {
				continue
			}
			const shown = 5
			for _, v := range found[:min(len(found), shown)] {
				t.Error(h.explain(v, grace))
			}
			for _, o := range open {
				t.Errorf("%v after the last fault, %s", grace, o)
			}
			if grown {
				t.Errorf("resources grow: %+v after the first round, %+v now", first, now)
			}
			t.Fatalf("round %d has %d violations; to repeat it: make chaos SEED=%d CHAOSTIME=%v", n, len(found), seed, longRound)
		}
	})
	released(t, before)
}

// summary counts what happened in a round.
func summary(n int, seed uint64, h history) string {
	type tally struct{ done, failed int }
	counts := make(map[what]tally)
	for _, c := range h.calls {
		k := counts[c.what]
		if c.err == "" {
			k.done++
		} else {
			k.failed++
		}
		counts[c.what] = k
	}
	var b strings.Builder
	fmt.Fprintf(&b, "round %d, seed %d: %d faults, %d calls", n, seed, len(h.faults), len(h.calls))
	for _, w := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(&b, ", %s %d+%d", w, counts[w].done, counts[w].failed)
	}
	stalled := 0
	for _, s := range h.stalls {
		if s.end-s.begin >= stall {
			stalled++
		}
	}
	fmt.Fprintf(&b, " (well + failed); the machine stalled %d times", stalled)
	return b.String()
}
