package transport

import (
	"sync"
	"time"
)

// alarm ends attempts whose time is over. All that it watches have the same time,
// so that they end in the order of their beginning and one timer serves them all:
// to begin and to end an attempt touches no timer but the first one's.
type alarm struct {
	limit time.Duration

	mu          sync.Mutex  // guards all below, and the links of attempts
	timer       *time.Timer // nil before the first attempt
	set         bool        // the timer runs
	first, last *attempt    // that are watched, in order
}

// watch has an attempt expire at its time.
func (w *alarm) watch(a *attempt) {
	w.mu.Lock()
	defer w.mu.Unlock()
	a.before = w.last
	if w.last == nil {
		w.first = a
	} else {
		w.last.after = a
	}
	w.last = a
	switch {
	case w.set:
	case w.timer == nil:
		w.timer = time.AfterFunc(w.limit, w.ring)
	default:
		w.timer.Reset(w.limit)
	}
	w.set = true
}

// leave has an attempt not expire any more. It may have left already. The timer
// runs on: there will be others to watch.
func (w *alarm) leave(a *attempt) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.unlink(a)
}

// unlink requires the lock.
func (w *alarm) unlink(a *attempt) {
	switch {
	case a.before != nil:
		a.before.after = a.after
	case w.first == a:
		w.first = a.after
	default:
		return
	}
	if a.after != nil {
		a.after.before = a.before
	} else {
		w.last = a.before
	}
	a.before, a.after = nil, nil
}

// ring ends what is due and waits for what is next.
func (w *alarm) ring() {
	for _, a := range w.due(time.Now()) {
		a.expire()
	}
}

func (w *alarm) due(now time.Time) []*attempt {
	w.mu.Lock()
	defer w.mu.Unlock()
	var due []*attempt
	for w.first != nil {
		began := w.first.trip.started.Add(w.first.begun)
		if left := w.limit - now.Sub(began); left > 0 {
			w.timer.Reset(left)
			return due
		}
		due = append(due, w.first)
		w.unlink(w.first)
	}
	w.set = false
	return due
}
