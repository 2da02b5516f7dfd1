package mockserver

import (
	"context"
	"net/http"
	"time"
)

// Intervals of an event stream, as deployed.
const (
	pingEvery      = 15 * time.Second
	heartbeatEvery = 30 * time.Second
)

func monitorPath(id string) string { return "/tasks/" + id + "/monitor" }

// MonitorTask answers GET /tasks/{task_id}/monitor with events until the task
// has ended, the client goes or the server closes.
func (s *Server) MonitorTask(w http.ResponseWriter, r *http.Request, taskID string) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()

	header := w.Header()
	header.Set("Content-Type", "text/event-stream; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Connection", "keep-alive")
	header.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	out := &eventWriter{w: w, control: http.NewResponseController(w), taskID: taskID, taskType: taskType(taskID)}
	out.pass, out.generic = func() bool { return s.loop.pass(ctx) }, s.quirks.Has(QuirkGenericMessages)

	out.send("connected",
		Field{"timestamp", utcText(s.clock.now())},
		Field{"message", "Connected to " + string(out.taskType) + " task monitor"},
	)
	pings, beats := s.clock.ticker(pingEvery), s.clock.ticker(heartbeatEvery)
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
		if ended(task) {
			out.sendEnd(task)
			return
		}
		select {
		case <-changed:
		case <-pings.C:
			out.write([]byte(": ping - " + s.clock.now().UTC().Format("2006-01-02 15:04:05.000000+00:00") + "\r\n\r\n"))
		case <-beats.C:
			out.send("heartbeat",
				Field{"status", string(task.Status)},
				Field{"timestamp", utcText(s.clock.now())},
				Field{"message", "Task is still " + string(task.Status) + "..."},
			)
		case <-ctx.Done():
			return
		}
	}
}
