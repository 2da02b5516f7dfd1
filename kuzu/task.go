package kuzu

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/transport"
)

// TaskRecord is what the server knows of a task.
type TaskRecord = gen.Task

// Task is work that the server does in the background.
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
	Status  gen.TaskStatus
	Percent int   // 0 to 100; some servers know nothing in between
	Records int64 // loaded so far; some servers do not say
	Message string
}

// Task returns the record of a task; [ErrNotFound] if there is none, or none any
// more.
func (c *Client) Task(ctx context.Context, id string) (TaskRecord, error) {
	return call[TaskRecord](c, gen.OpGetTask, func() (*http.Response, error) {
		return c.api.GetTask(ctx, id)
	})
}

// Pauses between looking at a task again after its event stream ended early.
const (
	firstTaskPause = 100 * time.Millisecond
	maxTaskPause   = 5 * time.Second
)

// WaitTask follows a task, of whatever process, until it has completed or
// failed, and returns its record. A failed task is an error that carries the
// server's reason. onProgress, which may be nil, is called from this goroutine.
//
// Broken event streams and failures that pass are waited out, so give ctx a
// deadline: a task whose server died stays "running" for a day.
func (c *Client) WaitTask(ctx context.Context, id string, onProgress func(Progress)) (TaskRecord, error) {
	pause := firstTaskPause
	for {
		if c.followTask(ctx, id, onProgress) {
			pause = firstTaskPause
		}
		// Only the record says how the task ended, and what it has to show.
		record, err := c.Task(ctx, id)
		switch {
		case err != nil && (ctx.Err() != nil || !passing(err)):
			return record, err
		case err != nil:
		case record.Status == gen.TaskStatusCompleted:
			return record, nil
		case record.Status == gen.TaskStatusFailed:
			return record, c.taskFailure(record)
		}
		select {
		case <-time.After(pause):
			pause = min(2*pause, maxTaskPause)
		case <-ctx.Done():
			return record, c.annotate(gen.OpGetTask, transport.SendError(fmt.Errorf("waiting for task %s: %w", id, ctx.Err())))
		}
	}
}

// passing reports whether asking again may help.
func passing(err error) bool {
	return errors.Is(err, ErrUnavailable) || errors.Is(err, ErrTimeout) || errors.Is(err, ErrServer) || errors.Is(err, ErrThrottled)
}

func (c *Client) taskFailure(record TaskRecord) *Error {
	reason := "the server gives no reason"
	if record.Error != nil && *record.Error != "" {
		reason = *record.Error
	}
	kind := transport.ClassifyStatement(reason)
	if kind == 0 {
		kind = KindExecution
	}
	return c.fail(gen.OpGetTask, kind, "task %s failed: %s", record.TaskID, reason)
}

// followTask reads the task's event stream to its end and reports whether any
// progress came. Why it ended does not matter: the record is asked afterwards.
func (c *Client) followTask(ctx context.Context, id string, onProgress func(Progress)) (moved bool) {
	resp, err := c.send(gen.OpMonitorTask, func() (*http.Response, error) {
		return c.api.MonitorTask(ctx, id)
	})
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	if c.expect(gen.OpMonitorTask, resp, "text/event-stream") != nil {
		return false
	}
	events := transport.NewEventReader(resp.Body)
	for {
		event, err := events.Next()
		if err != nil {
			return moved
		}
		switch event.Name {
		case "progress":
			var data gen.TaskProgress
			if json.Unmarshal(event.Data, &data) != nil {
				continue
			}
			moved = true
			if onProgress != nil {
				onProgress(Progress{Status: data.Status, Percent: data.ProgressPercent, Records: data.RecordsProcessed, Message: data.Message})
			}
		case "completed", "failed", "error":
			_, _ = io.CopyN(io.Discard, resp.Body, 4<<10) // to its end, so that the connection can be used again
			return moved
		}
	}
}
