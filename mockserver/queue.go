package mockserver

import (
	"cmp"
	"context"
	"slices"
	"sync"
)

// taskQueue runs jobs one after the other: of those that wait, the one with the
// highest priority, among equals the oldest. Its goroutine lives only while
// there is work.
type taskQueue struct {
	ctx  context.Context // given to jobs; once it has ended they fail at once
	idle sync.WaitGroup

	mu      sync.Mutex
	waiting []job // guarded by mu; in the order in which they will run
	working bool  // guarded by mu; the goroutine lives
	active  int   // guarded by mu; jobs that run: 0 or 1
	closed  bool  // guarded by mu
}

type job struct {
	priority int
	run      func(context.Context)
}

func newTaskQueue(ctx context.Context) *taskQueue { return &taskQueue{ctx: ctx} }

// push queues a job. A closed queue runs it at once, which then only fails.
func (q *taskQueue) push(priority int, run func(context.Context)) {
	if q.enqueue(job{priority, run}) {
		return
	}
	run(q.ctx)
}

func (q *taskQueue) enqueue(j job) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.waiting = append(q.waiting, j)
	slices.SortStableFunc(q.waiting, func(a, b job) int { return cmp.Compare(b.priority, a.priority) })
	if !q.working {
		q.working = true
		q.idle.Go(q.work)
	}
	return true
}

func (q *taskQueue) work() {
	for {
		next, ok := q.next()
		if !ok {
			return
		}
		next.run(q.ctx)
	}
}

func (q *taskQueue) next() (next job, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.active = 0
	if len(q.waiting) == 0 {
		q.working = false
		return job{}, false
	}
	next, q.waiting = q.waiting[0], q.waiting[1:]
	q.active = 1
	return next, true
}

// depth returns how many jobs wait and how many run.
func (q *taskQueue) depth() (waiting, active int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting), q.active
}

// close returns when all jobs have ended; end the context before.
func (q *taskQueue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.idle.Wait()
}
