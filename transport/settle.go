package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

// settle reads the refusal of a repeated attempt in the light of those before.
// If one of them may have done the work and only its answer was lost, then "it
// is not there" says that a deletion is done, and "it is there already" may say
// so of a creation, which a look at the graph tells.
func (l *layerRetry) settle(t *trip) {
	a := t.last
	if t.err != nil || !t.Write || !t.ambiguous() {
		return
	}
	switch {
	case t.op.Method == http.MethodDelete && a.kind == KindNotFound:
		t.succeed(map[string]any{"status": "success", "message": "deleted by an attempt whose answer was lost"})
	case t.Operation == createDatabase && a.kind == KindConflict:
		if applied, exists := l.look(t); exists {
			t.succeed(map[string]any{
				"status": "success", "graph_id": t.Graph, "database_path": "", "schema_applied": applied, "execution_time_ms": 0,
			})
		}
	}
}

// createDatabase is the operation that a conflict may be the success of.
const createDatabase = "createDatabase"

// ambiguous tells whether an attempt before the last one may have been run.
func (t *trip) ambiguous() bool {
	for _, a := range t.attempts[:len(t.attempts)-1] {
		if a.kind != 0 && a.sent() && !a.refused && (a.status == 0 || a.outcome == OutcomeDead) {
			return true
		}
	}
	return false
}

// look asks for the tables of the graph, as a call of its own at the endpoint
// that reported the conflict.
func (l *layerRetry) look(t *trip) (applied, exists bool) {
	aside := WithCall(t.Context, Call{Operation: "getSchema", Graph: t.Graph, Idempotent: true})
	question, err := http.NewRequestWithContext(aside, http.MethodGet, t.last.server.name+"/databases/"+t.Graph+"/schema", nil)
	if err != nil {
		return false, false
	}
	own := t.chain.newTrip(question, at{t.last.endpoint})
	own.id, own.added = t.id, t.added
	if key := t.asked.Header[keyHeader]; len(key) > 0 {
		question.Header[keyHeader] = key
	}
	resp, err := l.RoundTrip(own.request())
	if err != nil {
		return false, false
	}
	defer resp.Body.Close()
	var answer struct {
		Tables []json.RawMessage `json:"tables"`
	}
	if resp.StatusCode != http.StatusOK || json.NewDecoder(io.LimitReader(resp.Body, maxHeld)).Decode(&answer) != nil {
		return false, false
	}
	return len(answer.Tables) > 0, true
}

// succeed puts an answer in the place of the last one.
func (t *trip) succeed(answer map[string]any) {
	text, _ := json.Marshal(answer) // of strings and numbers
	resp := *t.resp
	discard(t.resp)
	resp.StatusCode, resp.Status = http.StatusOK, "200 OK"
	resp.Header = http.Header{"Content-Type": {"application/json"}, "Content-Length": {strconv.Itoa(len(text))}}
	resp.ContentLength = int64(len(text))
	resp.Body = io.NopCloser(bytes.NewReader(text))
	t.resp = &resp
	t.last.kind = 0
}

// at is a resolver that knows one endpoint.
type at struct{ Endpoint }

// Resolve names the endpoint.
func (a at) Resolve(context.Context, Call, []Endpoint) (Endpoint, error) { return a.Endpoint, nil }

// Report does nothing: the resolver of the call hears of its own attempts.
func (at) Report(Call, Endpoint, Outcome, time.Duration) {}
