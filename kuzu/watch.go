package kuzu

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/transport"
)

// Progress is how far a task is.
type Progress struct {
	Status  TaskStatus // pending, running, completed or failed
	Percent int        // 0 to 100; some servers know nothing in between
	Records int64      // loaded so far; some servers do not say
	Message string     // for people, may be empty
}

// Pauses between looking at a task again.
const (
	firstTaskPause = 100 * time.Millisecond
	maxTaskPause   = 5 * time.Second
)

// WaitTask follows a task, of whatever process, until it has completed or
// failed, and returns its record, or what was last known of it. A failed task is
// an error that carries the server's reason. onProgress, which may be nil, is
// called from this goroutine whenever something has changed.
//
// It listens to the server's events, and asks for the record where there are
// none. Broken streams, failures that pass and a server that answers nothing
// while it loads data are waited out, so give ctx a deadline: a task whose server
// died stays "running" for a day. When ctx ends, the task goes on.
func (c *Client) WaitTask(ctx context.Context, id string, onProgress func(Progress)) (TaskRecord, error) {
	w := taskWatch{client: c, id: id, yield: func(p Progress) bool {
		if onProgress != nil {
			onProgress(p)
		}
		return true
	}}
	return w.run(ctx)
}

// WatchTask iterates over the progress of a task, of whatever process, until it
// has completed or failed. The last element is that of the completed task, or one
// with an error; see [Client.WaitTask] for both and for what is waited out.
// Breaking out of the loop leaves the task to itself.
func (c *Client) WatchTask(ctx context.Context, id string) iter.Seq2[Progress, error] {
	return func(yield func(Progress, error) bool) {
		w := taskWatch{client: c, id: id, yield: func(p Progress) bool { return yield(p, nil) }}
		if _, err := w.run(ctx); err != nil && !w.left {
			yield(w.last, err)
		}
	}
}

// taskWatch is one wait for a task.
type taskWatch struct {
	client      *Client
	id          string
	yield       func(Progress) bool
	left        bool       // yield wants no more
	last        Progress   // as reported, without the message
	record      TaskRecord // as last seen
	unmonitored bool       // the server has no event streams
}

// run alternates between events and the record. What ended a stream, be it an
// error event, says nothing of the task, and only the record has all there is to
// know of its end.
func (w *taskWatch) run(ctx context.Context) (TaskRecord, error) {
	for pause := firstTaskPause; ; pause = min(2*pause, maxTaskPause) {
		if !w.unmonitored && w.follow(ctx) {
			pause = firstTaskPause
		}
		if w.left {
			return w.record, nil
		}
		err := w.look(ctx)
		switch {
		case w.left:
			return w.record, nil
		case w.ended() && w.record.Status == TaskFailed:
			return w.record, w.client.taskFailure(w.id, w.record)
		case w.ended():
			return w.record, nil
		case err != nil && ctx.Err() == nil && !passing(err):
			return w.record, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return w.record, w.gaveUp(ctx)
		}
	}
}

// ended reports whether an event or a record has said so.
func (w *taskWatch) ended() bool {
	return w.record.Status == TaskCompleted || w.record.Status == TaskFailed
}

// look asks for the record. After an event that ended the task it is wanted for
// what the event lacks, and not waited for.
func (w *taskWatch) look(ctx context.Context) error {
	if w.ended() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, maxTaskPause)
		defer cancel()
	}
	record, err := w.client.Task(ctx, w.id)
	if err != nil {
		record = w.record
	}
	w.observe(record)
	return err
}

// observe takes in a record. One that is older than the event which ended the
// task is no news.
func (w *taskWatch) observe(record TaskRecord) {
	if !w.ended() || record.Status == TaskCompleted || record.Status == TaskFailed {
		w.record = record
	}
	if w.record.Status != "" {
		w.report(Progress{Status: w.record.Status, Percent: w.record.ProgressPercent, Records: w.record.RecordsProcessed})
	}
}

// report hands on what is new.
func (w *taskWatch) report(p Progress) {
	news := p
	news.Message = ""
	if news == w.last || w.left {
		return
	}
	w.last = news
	w.left = !w.yield(p)
}

func (w *taskWatch) gaveUp(ctx context.Context) *Error {
	state := "not known yet"
	if w.record.Status != "" {
		state = string(w.record.Status)
	}
	ended := transport.SendError(ctx, context.Cause(ctx))
	e := w.client.fail(gen.OpGetTask, ended.Kind, "gave up waiting for task %s, which is %s; it goes on without us", w.id, state)
	e.Err = ended.Err
	return e
}

// passing reports whether asking again may help.
func passing(err error) bool {
	return errors.Is(err, ErrUnavailable) || errors.Is(err, ErrTimeout) || errors.Is(err, ErrServer) || errors.Is(err, ErrThrottled)
}
