package chaos_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
)

// what is the sort of a call.
type what string

const (
	aWrite       what = "write"
	aRead        what = "read"         // from the one server that has the graph
	aReplicaRead what = "replica read" // from whoever has a copy
	aStream      what = "stream"       // of numbers that are known beforehand
	anIngest     what = "ingest"
	aProbe       what = "probe" // of one instance's health
)

// verdict is what a call's error, or none, says about the work that was asked for.
type verdict string

const (
	done    verdict = "done"
	refused verdict = "refused" // it was provably not begun
	unknown verdict = "unknown"
)

// call is one call of a client. Times are since the beginning of the round.
type call struct {
	n        int
	what     what
	by       string // service and worker
	graph    string // or the address of an instance
	begin    time.Duration
	end      time.Duration // 0: it never returned
	deadline time.Duration
	verdict  verdict
	kind     kuzu.Kind // of the error; 0 for none, or for one of no kind
	err      string

	first, rows int64   // ids that are written, or looked for, or the numbers of a stream from 1 on
	got         []int64 // ids that a read returned
	delivered   int64   // rows of a stream
	sum         uint64  // of these, as sumTo gives it
}

// sumTo is what the rows of a stream of the numbers up to n add up to.
func sumTo(n int64) (sum uint64) {
	for i := int64(1); i <= n; i++ {
		sum = addRow(sum, i, i*i)
	}
	return sum
}

// addRow adds a row to a sum that depends on the order.
func addRow(sum uint64, i, square int64) uint64 { return sum*31 + uint64(i)*17 + uint64(square) }

func (c *call) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "#%d %s %s on %s", c.n, c.by, c.what, c.graph)
	switch c.what {
	case aWrite:
		fmt.Fprintf(&b, " of %d", c.first)
	case anIngest:
		fmt.Fprintf(&b, " of %d to %d", c.first, c.first+c.rows-1)
	case aRead, aReplicaRead:
		fmt.Fprintf(&b, " from %d to %d: %d ids", c.first, c.first+c.rows-1, len(c.got))
	case aStream:
		fmt.Fprintf(&b, ": %d of %d rows", c.delivered, c.rows)
	}
	fmt.Fprintf(&b, ", from %v to %v, deadline %v, %s", c.begin.Round(time.Millisecond), c.end.Round(time.Millisecond), c.deadline.Round(time.Millisecond), c.verdict)
	if c.err != "" {
		b.WriteString(": " + c.err)
	}
	return b.String()
}

// period is a time in which something held: a fault, a copy of the master to its
// replicas, a stall of the machine.
type period struct {
	name       string
	begin, end time.Duration // end 0: it still holds
}

func (p period) String() string {
	return fmt.Sprintf("%s from %v to %v", p.name, p.begin.Round(time.Millisecond), p.end.Round(time.Millisecond))
}

// overlaps reports whether the period has a moment in common with a time.
func (p period) overlaps(begin, end time.Duration) bool {
	return p.begin <= end && (p.end == 0 || p.end >= begin)
}

// history is what happened in a round.
type history struct {
	calls  []*call
	faults []period
	syncs  []period
	stalls []period // in which the machine was late, which is not to blame on the library
	// applied is how often each id is in the data of each graph in the end.
	applied map[string]map[int64]int
}

// recorder writes a history down while it happens.
type recorder struct {
	began time.Time
	mu    sync.Mutex
	history
}

func newRecorder() *recorder { return &recorder{began: time.Now()} }

func (r *recorder) now() time.Duration { return time.Since(r.began) }

// begin writes down that a call begins, which may take as long as it may take.
func (r *recorder) begin(c *call, patience time.Duration) *call {
	r.mu.Lock()
	defer r.mu.Unlock()
	c.n, c.begin = len(r.calls)+1, r.now()
	c.deadline = c.begin + patience
	r.calls = append(r.calls, c)
	return c
}

// end writes down how it ended, which the caller has put into result.
func (r *recorder) end(c *call, result call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	result.n, result.begin, result.deadline, result.end = c.n, c.begin, c.deadline, r.now()
	*c = result
}

// during writes down a period; it ends when the function is called.
func (r *recorder) during(list func(*history) *[]period, name string) (over func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := list(&r.history)
	i := len(*l)
	*l = append(*l, period{name: name, begin: r.now()})
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		(*l)[i].end = r.now()
	}
}

func faultsOf(h *history) *[]period { return &h.faults }
func syncsOf(h *history) *[]period  { return &h.syncs }

// stalled writes down that the machine was late by so much.
func (r *recorder) stalled(by time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	r.stalls = append(r.stalls, period{name: "the machine was late", begin: now - by, end: now})
}

// snapshot returns the history as far as it went.
func (r *recorder) snapshot() history {
	r.mu.Lock()
	defer r.mu.Unlock()
	h := r.history
	h.calls = make([]*call, len(r.calls))
	for i, c := range r.calls {
		h.calls[i] = new(*c)
	}
	h.faults, h.syncs, h.stalls = slices.Clone(r.faults), slices.Clone(r.syncs), slices.Clone(r.stalls)
	return h
}

// stalledLately reports whether the machine stalled after the last fault, or so
// shortly before that it may still show.
func (h history) stalledLately() bool {
	var last, end time.Duration
	for _, f := range h.faults {
		last = max(last, f.end)
	}
	for _, s := range h.stalls {
		if s.end-s.begin >= stall {
			end = max(end, s.end)
		}
	}
	return end > last
}
