package mockserver

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/robosystems/kuzuclient/gen/server"
)

// Intervals of an event stream, as deployed.
const (
	pingEvery      = 15 * time.Second
	heartbeatEvery = 30 * time.Second
)

// MonitorTask answers GET /tasks/{task_id}/monitor with events until the task
// has ended, the client goes or the server closes.
func (s *Server) MonitorTask(w http.ResponseWriter, r *http.Request, taskID string) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()

	header := w.Header()
	header.Set("Content-Type", "text/event-stream; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	out := &eventWriter{w: w, control: http.NewResponseController(w), taskID: taskID, taskType: taskType(taskID)}

	out.send("connected", "timestamp", utcText(time.Now()), "message", "Connected to "+string(out.taskType)+" task monitor")
	pings, beats := time.NewTicker(pingEvery), time.NewTicker(heartbeatEvery)
	defer pings.Stop()
	defer beats.Stop()
	progress := -1
	for out.err == nil {
		task, changed, ok := s.tasks.get(taskID)
		if !ok {
			out.sendError("Task " + taskID + " not found")
			return
		}
		if task.ProgressPercent != progress {
			progress = task.ProgressPercent
			out.sendProgress(task)
		}
		if task.Status == server.TaskStatusCompleted || task.Status == server.TaskStatusFailed {
			out.sendEnd(task)
			return
		}
		select {
		case <-changed:
		case <-pings.C:
			out.write([]byte(": ping - " + time.Now().UTC().Format("2006-01-02 15:04:05.000000+00:00") + "\r\n\r\n"))
		case <-beats.C:
			out.send("heartbeat", "status", string(task.Status), "timestamp", utcText(time.Now()), "message", "Task is still "+string(task.Status)+"...")
		case <-ctx.Done():
			return
		}
	}
}

// eventWriter writes server-sent events; after the first failure it writes none.
type eventWriter struct {
	w        http.ResponseWriter
	control  *http.ResponseController
	taskID   string
	taskType server.TaskType
	err      error
}

// send writes an event about the task; pairs are names and values of its data.
func (e *eventWriter) send(event string, pairs ...any) {
	data := Struct{{"task_id", e.taskID}, {"task_type", string(e.taskType)}}
	for i := 0; i < len(pairs); i += 2 {
		data = append(data, Field{pairs[i].(string), pairs[i+1]})
	}
	e.writeEvent(event, data)
}

// sendError says that the monitor cannot go on, which says nothing of the task.
func (e *eventWriter) sendError(reason string) {
	e.writeEvent("error", Struct{{"error", reason}, {"task_type", string(e.taskType)}})
}

func (e *eventWriter) sendProgress(task server.Task) {
	e.send("progress",
		"status", string(task.Status),
		"progress_percent", task.ProgressPercent,
		"records_processed", optional(task.RecordsProcessed, 0),
		"estimated_records", optional(task.EstimatedRecords, 0),
		"started_at", orNull(task.StartedAt),
		"message", "Processing "+optional(task.TableName, "table")+"...",
		"metadata", jsonValue(task.Metadata))
}

func (e *eventWriter) sendEnd(task server.Task) {
	table := optional(task.TableName, "table")
	if task.Status == server.TaskStatusFailed {
		e.send("failed", "status", string(task.Status), "error", orNull(task.Error),
			"message", "Failed "+string(e.taskType)+" task for "+table, "metadata", jsonValue(task.Metadata))
		return
	}
	e.send("completed", "status", string(task.Status), "result", jsonValue(task.Result),
		"duration_seconds", taskDuration(task),
		"message", "Successfully completed "+string(e.taskType)+" for "+table, "metadata", jsonValue(task.Metadata))
}

func (e *eventWriter) writeEvent(event string, data Struct) {
	b := append([]byte("event: "+event+"\r\ndata: {"), newStreamEncoder().appendFields(nil, data)...)
	e.write(append(b, "}\r\n\r\n"...))
}

func (e *eventWriter) write(b []byte) {
	if e.err != nil {
		return
	}
	if _, e.err = e.w.Write(b); e.err == nil {
		e.err = e.control.Flush()
	}
}

// taskDuration is the run time of an ended task in seconds.
func taskDuration(task server.Task) float64 {
	const layout = "2006-01-02T15:04:05.000000-07:00"
	started, err1 := time.Parse(layout, optional(task.StartedAt, ""))
	ended, err2 := time.Parse(layout, optional(task.CompletedAt, ""))
	if err1 != nil || err2 != nil {
		return 0
	}
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
	raw, err := json.Marshal(part)
	if err != nil {
		panic("mockserver: " + err.Error()) // records hold JSON only
	}
	return decodeOrdered(raw)
}
