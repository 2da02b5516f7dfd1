package mockserver

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// Reply is what a [Rule] answers with. At most one of JSON, Body, Example,
// Lines and Events is set; without any of them the body is empty. Neither the
// status nor the body has to be in the API document.
type Reply struct {
	// Status is from 200 to 599; 0 means 200, or with Example the first success
	// that the document has.
	Status int `json:"status,omitempty"`
	// Headers are added to the answer's, or replace them.
	Headers map[string]string `json:"headers,omitempty"`
	// JSON is sent as it is written here, as application/json.
	JSON json.RawMessage `json:"json,omitempty"`
	// Body is sent as it is, as text/plain unless a header says otherwise.
	Body string `json:"body,omitempty"`
	// Example is the name of an example that the API document has for the
	// operation and the status; "default" is the one without a name.
	Example string `json:"example,omitempty"`
	// Lines are sent as application/x-ndjson, each as soon as its time has come.
	Lines []Line `json:"lines,omitempty"`
	// Events are sent as text/event-stream, each as soon as its time has come.
	Events []Event `json:"events,omitempty"`
}

// Line is a line of an NDJSON stream: JSON, or Raw text.
type Line struct {
	// After is how long the server waits before it.
	After Duration `json:"after,omitempty"`
	// JSON is sent on a line of its own, as it is written here without line
	// breaks between its tokens.
	JSON json.RawMessage `json:"json,omitempty"`
	// Raw is sent as it is; no line break is added.
	Raw string `json:"raw,omitempty"`
}

// Event is a server-sent event, a comment, or Raw text.
type Event struct {
	// After is how long the server waits before it.
	After Duration `json:"after,omitempty"`
	// Event is the event's name; "" sends none, which makes it a message.
	Event string `json:"event,omitempty"`
	// Data is sent on a line of its own, as in [Line].
	Data json.RawMessage `json:"data,omitempty"`
	// Comment is sent as a comment, as the server's pings are.
	Comment string `json:"comment,omitempty"`
	// Raw is sent as it is; no line break is added.
	Raw string `json:"raw,omitempty"`
}

// serve answers a request.
func (a *Reply) serve(s *Server, op *openapi3.Operation, w http.ResponseWriter, r *http.Request) {
	switch {
	case a.Lines != nil:
		a.stream(s, w, r, "application/x-ndjson", len(a.Lines), a.line)
	case a.Events != nil:
		a.stream(s, w, r, "text/event-stream; charset=utf-8", len(a.Events), a.event)
	case a.Example != "":
		found, _ := findExample(op, a.Status, a.Example, r.Header.Get("Accept")) // it is there: the rule has been checked
		a.write(w, found.status, found.media, found.body)
	case a.JSON != nil:
		a.write(w, a.status(), mediaJSON, a.JSON)
	default:
		a.write(w, a.status(), "text/plain; charset=utf-8", []byte(a.Body))
	}
}

func (a *Reply) status() int {
	if a.Status == 0 {
		return http.StatusOK
	}
	return a.Status
}

func (a *Reply) write(w http.ResponseWriter, status int, contentType string, body []byte) {
	if len(body) > 0 {
		w.Header().Set("Content-Type", contentType)
	}
	if bodyAllowed(status) {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	a.writeHeader(w, status)
	_, _ = w.Write(body) // the client is gone; nobody is left to tell
}

func (a *Reply) writeHeader(w http.ResponseWriter, status int) {
	for name, value := range a.Headers {
		w.Header().Set(name, value)
	}
	w.WriteHeader(status)
}

// bodyAllowed reports whether an answer with this status may have a body.
func bodyAllowed(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}

// stream sends items one by one. Headers leave at once.
func (a *Reply) stream(s *Server, w http.ResponseWriter, r *http.Request, contentType string, items int, item func(int) (time.Duration, []byte)) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-cache")
	a.writeHeader(w, a.status())
	control := http.NewResponseController(w)
	if flush(control) != nil {
		return
	}
	for i := range items {
		gap, text := item(i)
		if !s.pause(r, gap) {
			panic(http.ErrAbortHandler) // the end of the server is not the end of the stream
		}
		if _, err := w.Write(text); err != nil || flush(control) != nil {
			return // the client is gone, or a fault has struck
		}
	}
}

func (a *Reply) line(i int) (time.Duration, []byte) {
	line := &a.Lines[i]
	if line.JSON != nil {
		return time.Duration(line.After), append(oneLine(line.JSON), '\n')
	}
	return time.Duration(line.After), []byte(line.Raw)
}

func (a *Reply) event(i int) (time.Duration, []byte) {
	event := &a.Events[i]
	var b []byte
	switch {
	case event.Raw != "":
		b = append(b, event.Raw...)
	case event.Comment != "":
		b = append(append(append(b, ": "...), event.Comment...), "\r\n\r\n"...)
	default:
		if event.Event != "" {
			b = append(append(append(b, "event: "...), event.Event...), "\r\n"...)
		}
		b = append(append(append(b, "data: "...), oneLine(event.Data)...), "\r\n\r\n"...)
	}
	return time.Duration(event.After), b
}

// pause waits, and reports false if the client or the server has gone before.
func (s *Server) pause(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
	case <-s.ctx.Done():
	}
	return false
}

// oneLine writes JSON without line breaks between its tokens.
func oneLine(raw json.RawMessage) []byte {
	var b bytes.Buffer
	if bytes.ContainsAny(raw, "\r\n") && json.Compact(&b, raw) == nil {
		return b.Bytes()
	}
	return slices.Clone(raw)
}
