package kuzu

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/transport"
)

// maxTaskSilence is three of the pings that servers send every 15 s. A stream that
// is silent for longer is dead, or its server is loading data.
const maxTaskSilence = 45 * time.Second

// taskEvent is an event of any name, with what all of them hold together.
type taskEvent struct {
	name    string
	broken  bool            // its data is not what it should be
	Status  TaskStatus      `json:"status"`
	Percent int             `json:"progress_percent"`
	Records int64           `json:"records_processed"`
	Message string          `json:"message"`
	Result  *gen.TaskResult `json:"result"`
	Error   *string         `json:"error"`
}

// follow listens to the task's events until the stream ends, or an event says
// that the task has ended, and reports whether any came that said something.
//
// While a server loads data it answers nothing, not even with a head. So silence
// alone ends nothing: the record is asked for at the same time, and only if that
// is answered is the stream the one that is dead.
func (w *taskWatch) follow(ctx context.Context) (alive bool) {
	ctx, cancel := context.WithCancel(ctx)
	stream := &taskStream{client: w.client, id: w.id, events: make(chan taskEvent), beats: make(chan struct{}, 1)}
	var readers sync.WaitGroup
	defer readers.Wait()
	defer cancel()
	readers.Go(func() { stream.read(ctx) })

	type answer struct {
		record TaskRecord
		err    error
	}
	var answers chan answer // nil unless the record is asked for
	silence := time.NewTimer(maxTaskSilence)
	defer silence.Stop()
	for !w.left {
		select {
		case event, more := <-stream.events:
			if !more {
				w.unmonitored = stream.missing
				return alive
			}
			if last := w.hear(event); last {
				return alive
			}
			alive = alive || event.name == "progress" || event.name == "heartbeat"
		case <-stream.beats:
			silence.Reset(maxTaskSilence)
		case <-silence.C:
			if answers == nil {
				asked := make(chan answer, 1)
				answers = asked
				readers.Go(func() {
					record, err := w.client.Task(ctx, w.id)
					asked <- answer{record, err}
				})
			}
		case a := <-answers:
			if a.err == nil {
				w.observe(a.record)
			}
			if a.err == nil || !passing(a.err) {
				return alive // and if it is an error, it comes again
			}
			answers = nil
			silence.Reset(maxTaskSilence)
		case <-ctx.Done():
			return alive
		}
	}
	return alive
}

// hear takes in an event and reports whether it is the last one of its stream.
func (w *taskWatch) hear(event taskEvent) (last bool) {
	switch event.name {
	case "progress":
		if !event.broken {
			w.report(Progress{Status: event.Status, Percent: event.Percent, Records: event.Records, Message: event.Message})
		}
		return false
	case "completed":
		if !event.broken {
			w.record.TaskID, w.record.Status, w.record.Result, w.record.ProgressPercent = w.id, TaskCompleted, event.Result, 100
		}
		return true
	case "failed":
		if !event.broken {
			w.record.TaskID, w.record.Status, w.record.Error = w.id, TaskFailed, event.Error
		}
		return true
	default:
		return event.name == "error" // the monitor's own trouble, which may pass
	}
}

// taskStream reads the events of a task in a goroutine of its own.
type taskStream struct {
	client  *Client
	id      string
	events  chan taskEvent // closed at the end
	beats   chan struct{}  // holds one if bytes have come
	missing bool           // the server has no event streams; set before events is closed
}

func (s *taskStream) read(ctx context.Context) {
	defer close(s.events)
	op := gen.OpMonitorTask
	resp, err := s.client.send(ctx, op, func() (*http.Response, error) {
		return s.client.api.MonitorTask(ctx, s.id)
	})
	if err != nil {
		s.missing = errors.Is(err, ErrUnsupported)
		return
	}
	defer resp.Body.Close()
	if s.client.expect(op, resp, "text/event-stream") != nil {
		s.missing = true
		return
	}
	reader := transport.NewEventReader(io.TeeReader(resp.Body, s))
	for {
		raw, err := reader.Next()
		if err != nil {
			return // why does not matter: the record is asked for next
		}
		event := taskEvent{name: raw.Name}
		if json.Unmarshal(raw.Data, &event) != nil {
			event = taskEvent{name: raw.Name, broken: true}
		}
		select {
		case s.events <- event:
		case <-ctx.Done():
			return
		}
	}
}

// Write notes that bytes have come, be it only a ping.
func (s *taskStream) Write(p []byte) (int, error) {
	select {
	case s.beats <- struct{}{}:
	default:
	}
	return len(p), nil
}
