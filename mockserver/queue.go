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
	running bool  // guarded by mu
}

type job struct {
	priority int
	run      func(context.Context)
}

func newTaskQueue(ctx context.Context) *taskQueue { return &taskQueue{ctx: ctx} }

// push queues a job.
func (q *taskQueue) push(priority int, run func(context.Context)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, job{priority, run})
	slices.SortStableFunc(q.waiting, func(a, b job) int { return cmp.Compare(b.priority, a.priority) })
	if !q.running {
		q.running = true
		q.idle.Go(q.work)
	}
}

func (q *taskQueue) work() {
	for {
		q.mu.Lock()
		if len(q.waiting) == 0 {
			q.running = false
			q.mu.Unlock()
			return
		}
		next := q.waiting[0]
		q.waiting = q.waiting[1:]
		q.mu.Unlock()
		next.run(q.ctx)
	}
}

// depth returns how many jobs wait and how many run.
func (q *taskQueue) depth() (waiting, active int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.running {
		active = 1
	}
	return len(q.waiting), active
}

// wait returns when all jobs have ended.
func (q *taskQueue) wait() { q.idle.Wait() }
