package kuzu_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// tasks plays a server that has one task, "t1". Each request for the events or
// the record takes the next step of its list; the last step stays.
type tasks struct {
	events, records []http.HandlerFunc

	mu                sync.Mutex
	monitored, looked int // guarded by mu
}

func (s *tasks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	var step http.HandlerFunc
	switch r.URL.Path {
	case "/tasks/t1/monitor":
		step = s.events[min(s.monitored, len(s.events)-1)]
		s.monitored++
	case "/tasks/t1/status":
		step = s.records[min(s.looked, len(s.records)-1)]
		s.looked++
	}
	s.mu.Unlock()
	step(w, r)
}

// asked returns how often the events and the record were asked for.
func (s *tasks) asked() (monitored, looked int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.monitored, s.looked
}

// events sends pieces of an event stream; a duration among them passes first.
func events(pieces ...any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		for _, piece := range pieces {
			switch piece := piece.(type) {
			case time.Duration:
				select {
				case <-time.After(piece):
				case <-r.Context().Done():
					return
				}
			case string:
				_, _ = io.WriteString(w, strings.ReplaceAll(piece, "\n", "\r\n"))
				_ = http.NewResponseController(w).Flush()
			case error:
				panic(piece)
			}
		}
	}
}

const (
	connected = "event: connected\ndata: {\"task_id\": \"t1\", \"task_type\": \"ingestion\", \"message\": \"Connected\"}\n\n"
	ping      = ": ping - 2025-09-20 12:00:15.123456+00:00\n\n"
	heartbeat = "event: heartbeat\ndata: {\"task_id\": \"t1\", \"status\": \"running\"}\n\n"
	completed = "event: completed\ndata: {\"task_id\": \"t1\", \"status\": \"completed\", \"result\": {\"duration_seconds\": 2.5}}\n\n"
	failed    = "event: failed\ndata: {\"task_id\": \"t1\", \"status\": \"failed\", \"error\": \"x\"}\n\n"
	gone      = "event: error\ndata: {\"error\": \"Task t1 not found\", \"task_type\": \"ingestion\"}\n\n"
)

func progress(percent, records int) string {
	return fmt.Sprintf("event: progress\ndata: {\"task_id\": \"t1\", \"status\": \"running\", \"progress_percent\": %d, \"records_processed\": %d, \"message\": \"Processing Person...\"}\n\n", percent, records)
}

func record(status string, percent int, more string) http.HandlerFunc {
	return says(200, asJSON, fmt.Sprintf(`{"task_id":"t1","status":%q,"created_at":"2025-09-20T12:00:00.123456+00:00","progress_percent":%d,"records_processed":%d%s}`, status, percent, percent*10, more))
}

var (
	noMonitor = says(404, asJSON, `{"detail":"Not Found"}`)
	unknown   = says(404, asJSON, `{"detail":"Task t1 not found"}`)
	done      = record("completed", 100, `,"result":{"records_loaded":1000,"duration_seconds":2.5}`)
	running   = record("running", 10, "")
)

// frozen answers only after a while, as a server does that loads data.
func frozen(d time.Duration, answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(d):
			answer(w, r)
		case <-r.Context().Done():
		}
	}
}
