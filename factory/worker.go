package factory

import (
	"context"
	"sync"
)

// worker does what no call waits for, one thing at a time.
type worker struct {
	jobs chan func(context.Context)
	done sync.WaitGroup
}

// maxJobs bounds what waits. What finds no place is dropped: caches expire by
// themselves.
const maxJobs = 1024

func newWorker(ctx context.Context) *worker {
	w := &worker{jobs: make(chan func(context.Context), maxJobs)}
	w.done.Go(func() {
		for {
			select {
			case job := <-w.jobs:
				job(ctx)
			case <-ctx.Done():
				return
			}
		}
	})
	return w
}

// later has job done, and does not wait for it.
func (w *worker) later(job func(context.Context)) {
	select {
	case w.jobs <- job:
	default:
	}
}
