package mockserver

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/robosystems/kuzuclient/gen/server"
)

// eventWriter writes server-sent events; after the first failure it writes none.
type eventWriter struct {
	w        http.ResponseWriter
	control  *http.ResponseController
	taskID   string
	taskType server.TaskType
	pass     func() bool // waits while the node is frozen; false if there is nobody to write to
	generic  bool        // messages do not name the table
	err      error
}

// send writes an event about the task.
func (e *eventWriter) send(event string, data ...Field) {
	e.writeEvent(event, append(Struct{{"task_id", e.taskID}, {"task_type", string(e.taskType)}}, data...))
}

// sendError says that the monitor cannot go on, which says nothing of the task.
func (e *eventWriter) sendError(reason string) {
	e.writeEvent("error", Struct{{"error", reason}, {"task_type", string(e.taskType)}})
}

func (e *eventWriter) sendProgress(task server.Task) {
	e.send("progress",
		Field{"status", string(task.Status)},
		Field{"progress_percent", task.ProgressPercent},
		Field{"records_processed", optional(task.RecordsProcessed, 0)},
		Field{"estimated_records", optional(task.EstimatedRecords, 0)},
		Field{"started_at", orNull(task.StartedAt)},
		Field{"message", progressVerb[e.taskType] + " " + e.subject(task) + "..."},
		Field{"metadata", jsonValue(task.Metadata)},
	)
}

func (e *eventWriter) sendEnd(task server.Task) {
	if task.Status == server.TaskStatusFailed {
		e.send("failed",
			Field{"status", string(task.Status)},
			Field{"error", orNull(task.Error)},
			Field{"message", failureVerb[e.taskType] + " " + e.subject(task)},
			Field{"metadata", jsonValue(task.Metadata)},
		)
		return
	}
	message := "Successfully completed " + string(e.taskType) + " for " + e.subject(task)
	if records := optional(task.RecordsProcessed, 0); records > 0 {
		message = "Successfully ingested " + thousands(records) + " records into " + e.subject(task)
	}
	e.send("completed",
		Field{"status", string(task.Status)},
		Field{"result", jsonValue(task.Result)},
		Field{"duration_seconds", taskDuration(task)},
		Field{"message", message},
		Field{"metadata", jsonValue(task.Metadata)},
	)
}

func (e *eventWriter) writeEvent(event string, data Struct) {
	b := append([]byte("event: "+event+"\r\ndata: {"), newStreamEncoder().appendFields(nil, data)...)
	e.write(append(b, "}\r\n\r\n"...))
}

func (e *eventWriter) write(b []byte) {
	if e.err != nil {
		return
	}
	if !e.pass() {
		e.err = errClientGone
		return
	}
	if _, e.err = e.w.Write(b); e.err == nil {
		e.err = flush(e.control)
	}
}

var (
	progressVerb = map[server.TaskType]string{
		server.TaskTypeIngestion: "Processing", server.TaskTypeBackup: "Backing up", server.TaskTypeRestore: "Restoring",
	}
	failureVerb = map[server.TaskType]string{
		server.TaskTypeIngestion: "Failed to ingest data into", server.TaskTypeBackup: "Failed to back up", server.TaskTypeRestore: "Failed to restore",
	}
)

// subject is what a task works on: a table, or a database.
func (e *eventWriter) subject(task server.Task) string {
	if e.generic && e.taskType == server.TaskTypeIngestion {
		return "table"
	}
	if task.TableName != nil {
		return *task.TableName
	}
	return text(optional(task.Metadata, nil)["database"])
}

// taskDuration is the run time of a completed task in seconds.
func taskDuration(task server.Task) float64 {
	const layout = "2006-01-02T15:04:05.000000-07:00"
	started, _ := time.Parse(layout, *task.StartedAt) // as utcText wrote it
	ended, _ := time.Parse(layout, *task.CompletedAt)
	return ended.Sub(started).Seconds()
}

func orNull(s *string) any {
	if s == nil {
		return nil
	}
	return *s
}

// jsonValue turns a part of a record into a value that the encoder writes, an
// absent map into an empty one.
func jsonValue(part any) any {
	if metadata, ok := part.(*map[string]any); ok && metadata == nil {
		return Struct{}
	}
	raw, _ := json.Marshal(part) // records hold JSON only
	return decodeOrdered(raw)
}
