package kuzu

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/transport"
)

// TaskRecord is what the server knows of a task.
type TaskRecord = gen.Task

// TaskStatus is where a task stands.
type TaskStatus = gen.TaskStatus

// The states of a task; it ends in one of the last two.
const (
	TaskPending   = gen.TaskStatusPending
	TaskRunning   = gen.TaskStatusRunning
	TaskCompleted = gen.TaskStatusCompleted
	TaskFailed    = gen.TaskStatusFailed
)

// Task is work that the server does in the background, as [Client.Ingest]
// returns it. For a task of which only the id is known there is
// [Client.WaitTask].
type Task struct {
	ID     string
	client *Client
}

// Wait waits for the task; see [Client.WaitTask].
func (t *Task) Wait(ctx context.Context, onProgress func(Progress)) (TaskRecord, error) {
	return t.client.WaitTask(ctx, t.ID, onProgress)
}

// Progress is how far a task is.
type Progress struct {
	Status  TaskStatus
	Percent int    // 0 to 100; some servers know nothing in between
	Records int64  // loaded so far; some servers do not say
	Message string // for people, may be empty
}

// Task returns the record of a task; [ErrNotFound] if there is none, or none any
// more: servers forget a task a day after its last change.
func (c *Client) Task(ctx context.Context, id string) (TaskRecord, error) {
	record, err := call[TaskRecord](ctx, c, gen.OpGetTask, func() (*http.Response, error) {
		return c.api.GetTask(ctx, id)
	})
	if err == nil && record.Status == "" {
		err = c.lacks(gen.OpGetTask, "status")
	}
	return record, err
}

// Pauses between looking at a task again after its event stream ended early.
const (
	firstTaskPause = 100 * time.Millisecond
	maxTaskPause   = 5 * time.Second
)

// WaitTask follows a task, of whatever process, until it has completed or
// failed, and returns its record, or what was last known of it. A failed task is
// an error that carries the server's reason. onProgress, which may be nil, is
// called from this goroutine whenever something has changed.
//
// Broken event streams and failures that pass are waited out, so give ctx a
// deadline: a task whose server died stays "running" for a day.
func (c *Client) WaitTask(ctx context.Context, id string, onProgress func(Progress)) (TaskRecord, error) {
	w := taskWatch{client: c, id: id, onProgress: onProgress}
	var record TaskRecord
	for pause := firstTaskPause; ; pause = min(2*pause, maxTaskPause) {
		w.follow(ctx)
		// Only the record says how the task ended, and what it has to show.
		latest, err := c.Task(ctx, id)
		switch {
		case err == nil:
			record = latest
			w.report(Progress{Status: record.Status, Percent: record.ProgressPercent, Records: record.RecordsProcessed})
		case ctx.Err() == nil && !passing(err):
			return record, err
		}
		switch {
		case err == nil && record.Status == TaskCompleted:
			return record, nil
		case err == nil && record.Status == TaskFailed:
			return record, c.taskFailure(id, record)
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			state := "not known yet"
			if record.Status != "" {
				state = string(record.Status)
			}
			ended := transport.SendError(ctx, context.Cause(ctx))
			e := c.fail(gen.OpGetTask, ended.Kind, "gave up waiting for task %s, which is %s; it goes on without us", id, state)
			e.Err = ended.Err
			return record, e
		}
	}
}

// passing reports whether asking again may help.
func passing(err error) bool {
	return errors.Is(err, ErrUnavailable) || errors.Is(err, ErrTimeout) || errors.Is(err, ErrServer) || errors.Is(err, ErrThrottled)
}

func (c *Client) taskFailure(id string, record TaskRecord) *Error {
	reason := "the server gives no reason"
	if record.Error != nil && *record.Error != "" {
		reason = *record.Error
	}
	kind := transport.StatementError(reason, KindExecution).Kind
	return c.fail(gen.OpGetTask, kind, "task %s failed: %s", id, reason)
}

// taskWatch is one wait for a task.
type taskWatch struct {
	client      *Client
	id          string
	onProgress  func(Progress)
	last        Progress // as reported, without the message
	unmonitored bool     // the server has no event streams
}

// report hands on what is new.
func (w *taskWatch) report(p Progress) {
	news := p
	news.Message = ""
	if news == w.last {
		return
	}
	w.last = news
	if w.onProgress != nil {
		w.onProgress(p)
	}
}

// follow reads the task's event stream to its end. Why it ended does not matter:
// the record is asked afterwards.
func (w *taskWatch) follow(ctx context.Context) {
	if w.unmonitored {
		return
	}
	resp, err := w.client.send(ctx, gen.OpMonitorTask, func() (*http.Response, error) {
		return w.client.api.MonitorTask(ctx, w.id)
	})
	if err != nil {
		w.unmonitored = errors.Is(err, ErrUnsupported)
		return
	}
	defer resp.Body.Close()
	if w.client.expect(gen.OpMonitorTask, resp, "text/event-stream") != nil {
		w.unmonitored = true
		return
	}
	events := transport.NewEventReader(resp.Body)
	for {
		event, err := events.Next()
		if err != nil {
			return
		}
		switch event.Name {
		case "progress":
			var data gen.TaskProgress
			if json.Unmarshal(event.Data, &data) == nil {
				w.report(Progress{Status: data.Status, Percent: data.ProgressPercent, Records: data.RecordsProcessed, Message: data.Message})
			}
		case "completed", "failed", "error":
			return
		}
	}
}
