package chaos_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
)

// rule names what a violation breaks.
type rule string

const (
	lost        rule = "a write that was acknowledged is lost"
	twice       rule = "a write was applied twice"
	ghost       rule = "a write that was refused was applied"
	stranger    rule = "there is data that nobody wrote"
	vanished    rule = "what a read returned is gone"
	torn        rule = "an ingestion was applied in part"
	stale       rule = "a read lacks what was acknowledged before it"
	invented    rule = "a read returned what nobody had written or asked for"
	cut         rule = "a stream was cut and reported as complete"
	wrongRows   rule = "a stream has wrong rows"
	late        rule = "a call went on past its deadline"
	stranded    rule = "a call never returned"
	unexplained rule = "a call failed with no fault to blame"
	unfitting   rule = "an error of a kind to which no fault leads"
)

// violation is something that must not happen.
type violation struct {
	rule rule
	text string
	call *call // nil if it is no single one's
}

const (
	// slack is how late a call may be on a machine that does not stall, and
	// stallFactor by how much a stall may make it later.
	slack       = time.Second
	stallFactor = 3
	// stall is from when on a machine that is late is said to stall.
	stall = 150 * time.Millisecond
	// stallGrace is how long after a stall errors may be put down to it.
	stallGrace = 2 * time.Second
)

// fits are the kinds of errors that faults lead to.
var fits = []kuzu.Kind{
	kuzu.KindUnavailable, kuzu.KindCircuitOpen, kuzu.KindTimeout, kuzu.KindTruncated, kuzu.KindServer,
	kuzu.KindThrottled, kuzu.KindNotFound, kuzu.KindRouting,
}

// fitting are those that only some faults lead to, by how the fault's name begins.
var fitting = map[kuzu.Kind]string{
	kuzu.KindUnauthorized: "key rotated",
	kuzu.KindLockedOut:    "key rotated",
	kuzu.KindCanceled:     "service restarted",
	kuzu.KindExecution:    "", // a task whose graph was taken away from under it
}

// check finds all violations in a history. Until grace after the end of a fault,
// errors are put down to it. It is deterministic and changes nothing.
func check(h history, grace time.Duration) []violation {
	k := &checker{history: h, grace: grace, writes: make(map[string]map[int64]*call)}
	for _, c := range h.calls {
		if c.what != aWrite && c.what != anIngest {
			continue
		}
		if k.writes[c.graph] == nil {
			k.writes[c.graph] = make(map[int64]*call)
		}
		for id := c.first; id < c.first+c.rows; id++ {
			k.writes[c.graph][id] = c
		}
	}
	for _, c := range h.calls {
		k.time(c)
		k.errors(c)
		switch c.what {
		case aWrite, anIngest:
			k.write(c)
		case aRead, aReplicaRead:
			k.read(c)
		case aStream:
			k.stream(c)
		}
	}
	k.strangers()
	return k.found
}

type checker struct {
	history
	grace  time.Duration
	writes map[string]map[int64]*call // by graph and id
	found  []violation
}

func (k *checker) report(r rule, c *call, format string, args ...any) {
	k.found = append(k.found, violation{rule: r, text: fmt.Sprintf(format, args...), call: c})
}

func (k *checker) time(c *call) {
	if c.end == 0 {
		k.report(stranded, c, "its deadline was %v", c.deadline)
		return
	}
	allowed := slack
	for _, s := range k.stalls {
		if s.overlaps(c.begin, c.end) {
			allowed += stallFactor * (s.end - s.begin)
		}
	}
	if over := c.end - c.deadline; over > allowed {
		k.report(late, c, "by %v, and %v are allowed", over, allowed)
	}
}

// errors looks for a fault to blame.
func (k *checker) errors(c *call) {
	if c.err == "" || c.end == 0 {
		return
	}
	blamed := k.blamed(c, k.grace)
	if len(blamed) == 0 {
		k.report(unexplained, c, "the last fault was over %v before", k.sinceFault(c.begin))
		return
	}
	if slices.Contains(fits, c.kind) {
		return
	}
	begins, some := fitting[c.kind]
	if some && slices.ContainsFunc(blamed, func(p period) bool { return strings.HasPrefix(p.name, begins) }) && (c.kind != kuzu.KindExecution || c.what == anIngest) {
		return
	}
	k.report(unfitting, c, "it is %q", c.kind)
}

// blamed are the faults in force during a call, or up to grace before it, and the
// stalls of the machine.
func (h history) blamed(c *call, grace time.Duration) (list []period) {
	end := c.end
	if end == 0 {
		end = c.deadline
	}
	for _, p := range h.faults {
		if p.overlaps(c.begin-grace, end) {
			list = append(list, p)
		}
	}
	for _, p := range h.stalls {
		if p.end-p.begin >= stall && p.overlaps(c.begin-min(grace, stallGrace), end) {
			list = append(list, p)
		}
	}
	return list
}

func (k *checker) sinceFault(at time.Duration) time.Duration {
	last := time.Duration(0)
	for _, f := range k.faults {
		if f.end <= at {
			last = max(last, f.end)
		}
	}
	return at - last
}

func (k *checker) write(c *call) {
	applied := 0
	for id := c.first; id < c.first+c.rows; id++ {
		n := k.applied[c.graph][id]
		if n > 0 {
			applied++
		}
		switch {
		case n > 1:
			k.report(twice, c, "%d is there %d times", id, n)
		case n == 0 && c.verdict == done:
			k.report(lost, c, "%d is not there", id)
		case n == 1 && c.verdict == refused:
			k.report(ghost, c, "%d is there", id)
		}
	}
	if applied != 0 && int64(applied) != c.rows {
		k.report(torn, c, "%d of %d rows are there", applied, c.rows)
	}
}

func (k *checker) read(c *call) {
	if c.verdict != done {
		return
	}
	got := make(map[int64]int, len(c.got))
	for _, id := range c.got {
		got[id]++
	}
	for _, id := range slices.Sorted(maps.Keys(got)) {
		w := k.writes[c.graph][id]
		switch {
		case w == nil || id < c.first || id >= c.first+c.rows || w.begin > c.end:
			k.report(invented, c, "%d", id)
		case got[id] > 1:
			k.report(twice, c, "it returned %d %d times", id, got[id])
		case k.applied[c.graph][id] == 0:
			k.report(vanished, c, "%d", id)
		}
	}
	before := c.begin
	if c.what == aReplicaRead {
		before = k.synced(c.begin)
	}
	for id := c.first; id < c.first+c.rows; id++ {
		if w := k.writes[c.graph][id]; w != nil && w.verdict == done && w.end != 0 && w.end < before && got[id] == 0 {
			k.report(stale, c, "%d is missing, which #%d wrote until %v", id, w.n, w.end)
		}
	}
}

// synced is from when on the latest copy was made that all replicas have at a time.
func (k *checker) synced(at time.Duration) (since time.Duration) {
	for _, s := range k.syncs {
		if s.end != 0 && s.end < at {
			since = max(since, s.begin)
		}
	}
	return since
}

func (k *checker) stream(c *call) {
	if c.end == 0 {
		return
	}
	if c.verdict == done && c.delivered != c.rows {
		k.report(cut, c, "%d of %d rows came", c.delivered, c.rows)
	}
	if c.delivered > c.rows || c.sum != sumTo(c.delivered) {
		k.report(wrongRows, c, "they do not add up")
	}
}

// strangers finds what no call has written.
func (k *checker) strangers() {
	for _, graph := range slices.Sorted(maps.Keys(k.applied)) {
		for _, id := range slices.Sorted(maps.Keys(k.applied[graph])) {
			if k.applied[graph][id] > 0 && k.writes[graph][id] == nil {
				k.report(stranger, nil, "%d in %s", id, graph)
			}
		}
	}
}

// explain prints a violation with the part of the history that it is about: the
// calls around, and the faults in force then or a moment before.
func (h history) explain(v violation, grace time.Duration) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", v.rule, v.text)
	if v.call == nil {
		return b.String()
	}
	c := v.call
	end := c.end
	if end == 0 {
		end = c.deadline
	}
	fmt.Fprintf(&b, "  %v\n  faults in force then, or up to %v before:\n", c, grace)
	for _, p := range h.blamed(c, grace) {
		fmt.Fprintf(&b, "    %v\n", p)
	}
	const around, most = 300 * time.Millisecond, 20
	var near []*call
	for _, other := range h.calls {
		sameData := other.n != c.n && other.graph == c.graph && c.what != aStream && c.what != aProbe &&
			other.first < c.first+c.rows && c.first < other.first+other.rows
		if other.n == c.n || other.graph != c.graph || other.begin > end+around || (other.end != 0 && other.end < c.begin-around && !sameData) {
			continue
		}
		near = append(near, other)
	}
	distance := func(other *call) time.Duration { return max(other.begin-c.begin, c.begin-other.begin) }
	slices.SortFunc(near, func(a, b *call) int { return cmp.Compare(distance(a), distance(b)) })
	near = near[:min(len(near), most)]
	slices.SortFunc(near, func(a, b *call) int { return cmp.Compare(a.n, b.n) })
	b.WriteString("  calls around it on the same graph:\n")
	for _, other := range near {
		fmt.Fprintf(&b, "    %v\n", other)
	}
	return b.String()
}
