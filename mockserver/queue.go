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
	active  *run  // guarded by mu; the job that runs, if there is one
	closed  bool  // guarded by mu
}

// run is a job that runs.
type run struct {
	ctx    context.Context
	cancel context.CancelFunc
	ended  chan struct{} // closed when it has
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
		next, active := q.next()
		if active == nil {
			return
		}
		next.run(active.ctx)
		active.cancel()
		close(active.ended)
	}
}

func (q *taskQueue) next() (job, *run) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.active = nil
	if len(q.waiting) == 0 {
		q.working = false
		return job{}, nil
	}
	var next job
	next, q.waiting = q.waiting[0], q.waiting[1:]
	ctx, cancel := context.WithCancel(q.ctx)
	q.active = &run{ctx, cancel, make(chan struct{})}
	return next, q.active
}

// drain drops the jobs that wait, interrupts the one that runs and waits until
// it has ended, or ctx.
func (q *taskQueue) drain(ctx context.Context) error {
	q.mu.Lock()
	q.waiting = nil
	active := q.active
	q.mu.Unlock()
	if active == nil {
		return nil
	}
	active.cancel()
	select {
	case <-active.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// depth returns how many jobs wait and how many run.
func (q *taskQueue) depth() (waiting, active int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.active != nil {
		active = 1
	}
	return len(q.waiting), active
}

// close returns when all jobs have ended; end the context before.
func (q *taskQueue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.idle.Wait()
}
