package mockserver

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/robosystems/kuzuclient/gen/server"
)

// taskLife is how long the record of an ended task is kept, as deployed.
const taskLife = 24 * time.Hour

// taskStore keeps the records of tasks.
type taskStore struct {
	clock clock

	mu    sync.Mutex
	tasks map[string]*taskEntry // guarded by mu
}

type taskEntry struct {
	record  server.Task
	changed chan struct{} // closed, and replaced, at every change
	expires time.Time     // zero until the task has ended
}

func newTaskStore(c clock) *taskStore {
	return &taskStore{clock: c, tasks: make(map[string]*taskEntry)}
}

// add stores a new record under a fresh id that begins with prefix, and returns
// the id.
func (t *taskStore) add(prefix string, record server.Task) string {
	var random [4]byte
	_, _ = rand.Read(random[:]) // never fails
	now := t.clock.now()
	record.TaskID = prefix + "_" + hex.EncodeToString(random[:])
	record.CreatedAt = utcText(now)
	beat := seconds(now)
	record.LastHeartbeat = &beat
	t.mu.Lock()
	defer t.mu.Unlock()
	t.prune()
	t.tasks[record.TaskID] = &taskEntry{record: record, changed: make(chan struct{})}
	return record.TaskID
}

// prune drops the records that have expired. The caller holds the lock.
func (t *taskStore) prune() {
	maps.DeleteFunc(t.tasks, func(_ string, entry *taskEntry) bool {
		return !entry.expires.IsZero() && !t.clock.now().Before(entry.expires)
	})
}

// update changes the record of a task that has not ended, and wakes its
// monitors. What change puts into the record must not be changed afterwards.
func (t *taskStore) update(id string, change func(*server.Task)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	entry := t.tasks[id]
	if entry == nil {
		return // the server was reset meanwhile
	}
	change(&entry.record)
	now := t.clock.now()
	beat := seconds(now)
	entry.record.LastHeartbeat = &beat
	if ended(entry.record) {
		entry.expires = now.Add(taskLife)
	}
	close(entry.changed)
	entry.changed = make(chan struct{})
}

// reset drops all records and wakes their monitors.
func (t *taskStore) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, entry := range t.tasks {
		close(entry.changed)
	}
	clear(t.tasks)
}

func ended(task server.Task) bool {
	return task.Status == server.TaskStatusCompleted || task.Status == server.TaskStatusFailed
}

// get returns a record and a channel that closes when it changes.
func (t *taskStore) get(id string) (record server.Task, changed <-chan struct{}, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.prune()
	entry, ok := t.tasks[id]
	if !ok {
		return server.Task{}, nil, false
	}
	return entry.record, entry.changed, true
}

// all returns every record, the newest first.
func (t *taskStore) all() []server.Task {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.prune()
	records := make([]server.Task, 0, len(t.tasks))
	for _, entry := range t.tasks {
		records = append(records, entry.record)
	}
	slices.SortFunc(records, func(a, b server.Task) int {
		return cmp.Or(cmp.Compare(b.CreatedAt, a.CreatedAt), cmp.Compare(a.TaskID, b.TaskID))
	})
	return records
}

// start, finish and fail are the steps of a task's life.
func (t *taskStore) start(id string) {
	t.update(id, func(task *server.Task) {
		now := utcText(t.clock.now())
		task.Status, task.StartedAt = server.TaskStatusRunning, &now
	})
}

func (t *taskStore) finish(id string, result server.TaskResult) {
	t.update(id, func(task *server.Task) {
		now := utcText(t.clock.now())
		task.Status, task.CompletedAt, task.ProgressPercent, task.Result = server.TaskStatusCompleted, &now, 100, &result
		task.RecordsProcessed = result.RecordsLoaded
	})
}

func (t *taskStore) fail(id, reason string) {
	t.update(id, func(task *server.Task) {
		now := utcText(t.clock.now())
		task.Status, task.CompletedAt, task.Error = server.TaskStatusFailed, &now, &reason
	})
}

// taskType goes by the beginning of an id, as the deployed server's monitor does.
func taskType(id string) server.TaskType {
	switch {
	case strings.HasPrefix(id, "backup"):
		return server.TaskTypeBackup
	case strings.HasPrefix(id, "restore"):
		return server.TaskTypeRestore
	default:
		return server.TaskTypeIngestion
	}
}

// ListTasks answers GET /tasks.
func (s *Server) ListTasks(w http.ResponseWriter, _ *http.Request, params server.ListTasksParams) {
	records := slices.DeleteFunc(s.tasks.all(), func(task server.Task) bool {
		return params.Status != nil && string(task.Status) != *params.Status ||
			params.TaskType != nil && !strings.HasPrefix(task.TaskID, *params.TaskType)
	})
	writeJSON(w, http.StatusOK, records[:max(0, min(len(records), optional(params.Limit, 100)))])
}

// GetTaskStats answers GET /tasks/stats.
func (s *Server) GetTaskStats(w http.ResponseWriter, _ *http.Request) {
	stats := server.TaskStats{TasksByStatus: map[string]int{}, TasksByType: map[string]int{}}
	for _, task := range s.tasks.all() {
		stats.TotalTasks++
		stats.TasksByStatus[string(task.Status)]++
		stats.TasksByType[string(taskType(task.TaskID))]++
	}
	stats.ActiveTasks = stats.TasksByStatus[string(server.TaskStatusRunning)]
	stats.PendingTasks = stats.TasksByStatus[string(server.TaskStatusPending)]
	stats.CompletedTasks = stats.TasksByStatus[string(server.TaskStatusCompleted)]
	stats.FailedTasks = stats.TasksByStatus[string(server.TaskStatusFailed)]
	writeJSON(w, http.StatusOK, stats)
}

// GetTask answers GET /tasks/{task_id}/status.
func (s *Server) GetTask(w http.ResponseWriter, _ *http.Request, taskID string) {
	record, _, ok := s.tasks.get(taskID)
	if !ok {
		writeDetail(w, http.StatusNotFound, fmt.Sprintf("Task %s not found", taskID))
		return
	}
	writeJSON(w, http.StatusOK, record)
}

func seconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }
