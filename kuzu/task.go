package kuzu

import (
	"context"
	"iter"
	"net/http"

	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/transport"
)

// TaskRecord is what the server knows of a task.
type TaskRecord = gen.Task

// TaskStats counts the tasks of all servers that share a task store.
type TaskStats = gen.TaskStats

// TaskStatus is where a task stands.
type TaskStatus = gen.TaskStatus

// The states of a task; it ends in one of the last two.
const (
	TaskPending   = gen.TaskStatusPending   // it waits for its turn
	TaskRunning   = gen.TaskStatusRunning   // the server works on it, or died while it did
	TaskCompleted = gen.TaskStatusCompleted // it has ended, and all is done
	TaskFailed    = gen.TaskStatusFailed    // it has ended; the record says why
)

// Task is work that the server does in the background, as [Client.Ingest],
// [Client.Copy], [Client.Backup] and [Client.Restore] return it. Another process
// goes on with its ID: see [Client.WaitTask] and [Client.WatchTask].
type Task struct {
	ID     string // as the server named it; all that another process needs
	client *Client
}

// Wait waits for the task to end and returns its record; see [Client.WaitTask],
// which also reports the progress on the way.
func (t *Task) Wait(ctx context.Context) (TaskRecord, error) {
	return t.client.WaitTask(ctx, t.ID, nil)
}

// Watch iterates over the task's progress until it ends; see [Client.WatchTask].
func (t *Task) Watch(ctx context.Context) iter.Seq2[Progress, error] {
	return t.client.WatchTask(ctx, t.ID)
}

// Record asks where the task stands; see [Client.Task].
func (t *Task) Record(ctx context.Context) (TaskRecord, error) {
	return t.client.Task(ctx, t.ID)
}

// newTask returns the task that an answer names.
func (c *Client) newTask(op gen.Operation, id string) (*Task, error) {
	if id == "" {
		return nil, c.lacks(op, "task_id")
	}
	return &Task{ID: id, client: c}, nil
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

// TaskFilter chooses tasks. The zero value takes the newest 100.
type TaskFilter struct {
	Status   TaskStatus // "" takes all
	IDPrefix string     // what ids begin with, such as "ingest_" or "backup_"; "" takes all
	Limit    int        // 1 to 1000; 0 means 100
}

// maxTasks is how many tasks servers list at most.
const maxTasks = 1000

// Tasks lists tasks, newest first, of all servers that share a task store.
func (c *Client) Tasks(ctx context.Context, filter TaskFilter) ([]TaskRecord, error) {
	op := gen.OpListTasks
	if filter.Limit < 0 || filter.Limit > maxTasks {
		return nil, c.fail(op, KindInvalidRequest, "a Limit of %d; it may be 1 to %d, or 0 for 100", filter.Limit, maxTasks)
	}
	params := &gen.ListTasksParams{}
	if filter.Status != "" {
		status := string(filter.Status)
		params.Status = &status
	}
	if filter.IDPrefix != "" {
		params.TaskType = &filter.IDPrefix
	}
	if filter.Limit != 0 {
		params.Limit = &filter.Limit
	}
	records, err := call[[]TaskRecord](ctx, c, op, func() (*http.Response, error) {
		return c.api.ListTasks(ctx, params)
	})
	if err == nil && records == nil {
		err = c.lacks(op, "list of tasks")
	}
	return records, err
}

// TaskStats counts tasks by status and by type.
func (c *Client) TaskStats(ctx context.Context) (TaskStats, error) {
	stats, err := call[TaskStats](ctx, c, gen.OpGetTaskStats, func() (*http.Response, error) {
		return c.api.GetTaskStats(ctx)
	})
	if err == nil && stats.TasksByStatus == nil {
		err = c.lacks(gen.OpGetTaskStats, "tasks_by_status")
	}
	return stats, err
}

// taskFailure is the error of a task that has failed.
func (c *Client) taskFailure(id string, record TaskRecord) *Error {
	reason := "the server gives no reason"
	if record.Error != nil && *record.Error != "" {
		reason = *record.Error
	}
	kind := transport.StatementError(reason, KindExecution).Kind
	return c.fail(gen.OpGetTask, kind, "task %s failed: %s", id, reason)
}
