package resilience

import "slices"

// A queue holds waiting calls: a line for each key, and the lines in turn. It
// requires external locking.
type queue struct {
	lines map[string]*line
	turns []*line // those of lines, the next one first
	size  int     // waiters in all lines
}

type line struct {
	key     string
	waiters []*waiter
}

// A waiter is one waiting call. Whoever takes it out of the queue sends nil on
// called for a place, or the reason why there will be none.
type waiter struct {
	key    string
	called chan error // holds one
}

func newQueue() queue { return queue{lines: make(map[string]*line)} }

func (q *queue) push(w *waiter) {
	l := q.lines[w.key]
	if l == nil {
		l = &line{key: w.key}
		q.lines[w.key] = l
		q.turns = append(q.turns, l)
	}
	l.waiters = append(l.waiters, w)
	q.size++
}

// pop takes the first waiter of the next line, which then has to wait for its
// next turn; nil if nobody waits.
func (q *queue) pop() *waiter {
	if len(q.turns) == 0 {
		return nil
	}
	l := q.turns[0]
	w := l.waiters[0]
	q.turns = append(slices.Delete(q.turns, 0, 1), l)
	q.take(l, 0)
	return w
}

// remove takes w out and tells whether it was in.
func (q *queue) remove(w *waiter) bool {
	l := q.lines[w.key]
	if l == nil {
		return false
	}
	i := slices.Index(l.waiters, w)
	if i < 0 {
		return false
	}
	q.take(l, i)
	return true
}

// makeRoom refuses the latest call of the longest line, if that line would
// still be no shorter than that of key with one more.
func (q *queue) makeRoom(key string) bool {
	if len(q.turns) == 0 {
		return false // there is no room for anyone
	}
	longest := slices.MaxFunc(q.turns, func(a, b *line) int { return len(a.waiters) - len(b.waiters) })
	mine := 0
	if l := q.lines[key]; l != nil {
		mine = len(l.waiters)
	}
	last := len(longest.waiters) - 1
	if last < mine+1 {
		return false
	}
	longest.waiters[last].called <- ErrFull
	q.take(longest, last)
	return true
}

func (q *queue) take(l *line, i int) {
	l.waiters = slices.Delete(l.waiters, i, i+1)
	q.size--
	if len(l.waiters) == 0 {
		delete(q.lines, l.key)
		q.turns = slices.DeleteFunc(q.turns, func(other *line) bool { return other == l })
	}
}
