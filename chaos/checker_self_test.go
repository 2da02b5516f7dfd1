package chaos_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
)

const ms = time.Millisecond

// a well history: two writes, an ingestion, reads after them, a stream, and a
// write that failed in a fault.
func well() history {
	return history{
		calls: []*call{
			{n: 1, what: aWrite, graph: "g", begin: 1 * ms, end: 2 * ms, deadline: 100 * ms, verdict: done, first: 1, rows: 1},
			{n: 2, what: aWrite, graph: "g", begin: 10 * ms, end: 20 * ms, deadline: 100 * ms, verdict: unknown, kind: kuzu.KindTimeout, err: "timeout", first: 2, rows: 1},
			{n: 3, what: anIngest, graph: "g", begin: 3 * ms, end: 5 * ms, deadline: 100 * ms, verdict: done, first: 3, rows: 3},
			{n: 4, what: aRead, graph: "g", begin: 12 * ms, end: 14 * ms, deadline: 100 * ms, verdict: done, first: 1, rows: 5, got: []int64{1, 3, 4, 5}},
			{n: 5, what: aReplicaRead, graph: "g", begin: 12 * ms, end: 14 * ms, deadline: 100 * ms, verdict: done, first: 1, rows: 5, got: []int64{1}},
			{n: 6, what: aStream, graph: "g", begin: 12 * ms, end: 14 * ms, deadline: 100 * ms, verdict: done, first: 1, rows: 7, delivered: 7, sum: sumTo(7)},
			{n: 7, what: aWrite, graph: "g", begin: 30 * ms, end: 31 * ms, deadline: 100 * ms, verdict: refused, kind: kuzu.KindUnavailable, err: "nobody is there", first: 6, rows: 1},
			{n: 8, what: aProbe, graph: "i-1", begin: 50 * ms, end: 51 * ms, deadline: 100 * ms, verdict: done},
		},
		faults:  []period{{name: "instance killed i-1", begin: 9 * ms, end: 30 * ms}, {name: "key rotated", begin: 19 * ms, end: 19 * ms}},
		syncs:   []period{{name: "copy", begin: 2500 * time.Microsecond, end: 4 * ms}, {name: "copy", begin: 6 * ms, end: 13 * ms}},
		applied: map[string]map[int64]int{"g": {1: 1, 2: 1, 3: 1, 4: 1, 5: 1}},
	}
}

func TestCheckerFindsNothingInAWellHistory(t *testing.T) {
	h := well()
	for _, v := range check(h, 5*ms) {
		t.Error(h.explain(v, 5*ms))
	}
	if !reflect.DeepEqual(h, well()) {
		t.Error("it changed the history")
	}
	h.applied["g"][2] = 0 // nobody knows what became of it
	if found := check(h, 5*ms); len(found) != 0 {
		t.Errorf("%v", found)
	}
}

// TestChecker spoils the well history in one way after the other.
func TestChecker(t *testing.T) {
	for name, row := range map[string]struct {
		spoil func(h *history)
		found []rule // in order
	}{
		"a write is lost": {func(h *history) { h.applied["g"][1] = 0 }, []rule{lost, vanished, vanished}},
		"a write is lost that nobody read": {func(h *history) {
			h.calls[3].end, h.calls[3].begin, h.calls[3].got = 1*ms, 1*ms, nil
			h.calls[4].got, h.syncs = nil, nil
			h.applied["g"][1] = 0
		}, []rule{lost}},
		"a write is applied twice":          {func(h *history) { h.applied["g"][1] = 2 }, []rule{twice}},
		"one of unknown end, twice":         {func(h *history) { h.applied["g"][2] = 2 }, []rule{twice}},
		"one that was refused is applied":   {func(h *history) { h.applied["g"][6] = 1 }, []rule{ghost}},
		"data that nobody wrote":            {func(h *history) { h.applied["g"][9] = 1 }, []rule{stranger}},
		"a graph that nobody wrote to":      {func(h *history) { h.applied["other"] = map[int64]int{1: 1} }, []rule{stranger}},
		"an ingestion in part":              {func(h *history) { h.applied["g"][4], h.calls[2].verdict, h.calls[3].got = 0, unknown, []int64{1, 3, 5} }, []rule{torn}},
		"a read that is too old":            {func(h *history) { h.calls[3].got = []int64{3, 4, 5} }, []rule{stale}},
		"a replica older than its copy":     {func(h *history) { h.calls[4].got = nil }, []rule{stale}},
		"a copy that was not over":          {func(h *history) { h.calls[4].got = nil; h.syncs = h.syncs[1:] }, nil},
		"a read has something twice":        {func(h *history) { h.calls[3].got = []int64{1, 1, 3, 4, 5} }, []rule{twice}},
		"a read has what was not asked for": {func(h *history) { h.calls[3].rows = 4 }, []rule{invented}},
		"a read has what is not yet":        {func(h *history) { h.calls[1].begin = 15 * ms; h.calls[3].got = []int64{1, 2, 3, 4, 5} }, []rule{invented}},
		"a stream is cut":                   {func(h *history) { h.calls[5].delivered, h.calls[5].sum = 6, sumTo(6) }, []rule{cut}},
		"a stream that failed in a fault is cut": {func(h *history) {
			c := h.calls[5]
			c.delivered, c.sum, c.verdict, c.err, c.kind = 6, sumTo(6), unknown, "truncated", kuzu.KindTruncated
		}, nil},
		"a stream has wrong rows":    {func(h *history) { h.calls[5].sum++ }, []rule{wrongRows}},
		"a stream has rows too many": {func(h *history) { h.calls[5].delivered, h.calls[5].sum = 8, sumTo(8) }, []rule{cut, wrongRows}},
		"a failed stream had wrong rows": {func(h *history) {
			c := h.calls[5]
			c.sum, c.verdict, c.err, c.kind = 1, unknown, "cut", kuzu.KindTruncated
		}, []rule{wrongRows}},
		"a call is late": {func(h *history) { h.calls[7].end = 100*ms + slack + 1 }, []rule{late}},
		"a call is late, as the machine is": {func(h *history) {
			h.calls[7].end = 100*ms + slack + 1
			h.stalls = []period{{begin: 60 * ms, end: 61 * ms}}
		}, nil},
		"a call never returns":           {func(h *history) { h.calls[7].end = 0 }, []rule{stranded}},
		"an error long after all faults": {func(h *history) { h.calls[7].err, h.calls[7].kind = "unavailable", kuzu.KindUnavailable }, []rule{unexplained}},
		"an error in a stall": {func(h *history) {
			h.calls[7].err, h.calls[7].kind, h.stalls = "x", kuzu.KindTimeout, []period{{begin: 48*ms - stall, end: 48 * ms}}
		}, nil},
		"an error, and the machine hardly late": {func(h *history) {
			h.calls[7].err, h.calls[7].kind, h.stalls = "x", kuzu.KindTimeout, []period{{begin: 47 * ms, end: 48 * ms}}
		}, []rule{unexplained}},
		"an error of a wrong kind":      {func(h *history) { h.calls[6].kind = kuzu.KindSyntax }, []rule{unfitting}},
		"an error of no kind":           {func(h *history) { h.calls[6].kind = 0 }, []rule{unfitting}},
		"a wrong key, after a rotation": {func(h *history) { h.calls[1].kind = kuzu.KindUnauthorized }, nil},
		"a wrong key, and no rotation":  {func(h *history) { h.calls[1].kind, h.faults = kuzu.KindUnauthorized, h.faults[:1] }, []rule{unfitting}},
		"a statement fails":             {func(h *history) { h.calls[1].kind = kuzu.KindExecution }, []rule{unfitting}},
		"a task fails, as its graph moved": {func(h *history) {
			c := h.calls[2]
			c.begin, c.end, c.kind, c.err, c.verdict = 15*ms, 16*ms, kuzu.KindExecution, "gone", unknown
		}, []rule{invented, invented, invented}},
		"a fault that lasts, and no other end": {func(h *history) { h.faults[0].end = 0; h.calls[7].err, h.calls[7].kind = "x", kuzu.KindTimeout }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			h := well()
			row.spoil(&h)
			var found []rule
			for _, v := range check(h, 5*ms) {
				found = append(found, v.rule)
				if text := h.explain(v, 5*ms); !strings.HasPrefix(text, string(v.rule)) {
					t.Errorf("explained as %s", text)
				}
			}
			if !slices.Equal(found, row.found) {
				t.Errorf("found %q, want %q", found, row.found)
			}
		})
	}
}

func TestExplanation(t *testing.T) {
	h := well()
	h.calls[3].got = []int64{3, 4, 5}
	found := check(h, 5*ms)
	if len(found) != 1 {
		t.Fatalf("%v", found)
	}
	text := h.explain(found[0], 5*ms)
	for _, says := range []string{"1 is missing, which #1 wrote", "#4 ", "instance killed i-1 from 9ms to 30ms", "#1  write on g of 1, "} {
		if !strings.Contains(text, says) {
			t.Errorf("%q is not in\n%s", says, text)
		}
	}
}

// TestSchedule has a seed give the same faults again, and no two at one thing.
func TestSchedule(t *testing.T) {
	const within = 10 * time.Minute
	seen := make(map[string]bool)
	plan, again := schedule(7, within), schedule(7, within)
	busy := make(map[string]time.Duration)
	for i, p := range plan {
		if p != again[i] {
			t.Fatalf("%+v, and then %+v", p, again[i])
		}
		seen[p.name] = true
		thing := p.thing(p.target)
		if p.at < busy[thing] {
			t.Errorf("%s at %v, and %s is busy until %v", p.name, p.at, thing, busy[thing])
		}
		busy[thing] = p.at + p.lasts
		if p.at+p.lasts > within {
			t.Errorf("%s lasts until %v", p.name, p.at+p.lasts)
		}
	}
	for _, f := range faults {
		if !seen[f.name] {
			t.Errorf("%s never happens in %v", f.name, within)
		}
	}
	if other := schedule(8, within); len(other) == len(plan) && other[0] == plan[0] {
		t.Error("another seed gives the same")
	}
	last := time.Duration(0)
	for _, s := range steps(plan) {
		if s.at < last {
			t.Errorf("a step at %v after one at %v", s.at, last)
		}
		last = s.at
	}
	if first, second := another(7, 1), another(7, 2); another(7, 0) != 7 || first == second || first != another(7, 1) {
		t.Error("the seeds of rounds are not what they should be")
	}
}
