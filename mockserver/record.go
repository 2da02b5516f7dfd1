package mockserver

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// RecordedRequest is a request as the server saw it.
type RecordedRequest struct {
	ID     uint64 `json:"id"` // ascending in order of arrival
	Scope  string `json:"scope,omitempty"`
	Method string `json:"method"`
	Path   string `json:"path"`
	Query  string `json:"query,omitempty"`
	// Operation, Graph, Cypher and Parameters are there if the request has
	// passed the API document.
	Operation  string                     `json:"operation,omitempty"`
	Graph      string                     `json:"graph,omitempty"`
	Cypher     string                     `json:"cypher,omitempty"`
	Parameters map[string]json.RawMessage `json:"parameters,omitempty"`
	// Headers hold "[redacted]" in place of keys and cookies; several values are
	// joined by ", ".
	Headers map[string]string `json:"headers"`
	// Status is 0 as long as, or if, no status was sent.
	Status    int       `json:"status"`
	StartedAt time.Time `json:"started_at"`
	// DurationMS is the time from arrival to the end of the answer.
	DurationMS float64 `json:"duration_ms"`
	Ended      bool    `json:"ended"`
	// Ran is how often the query's statement was handed to the engine: 0 if it
	// was refused or answered by a rule, 1 even if its answer got lost.
	Ran    int      `json:"ran"`
	Rule   string   `json:"rule,omitempty"`   // the rule that answered
	Faults []string `json:"faults,omitempty"` // the rules whose faults applied
}

// RequestFilter picks recorded requests: those that agree with all that is set.
type RequestFilter struct {
	Scope     string
	Operation string
	Graph     string
	// Cypher is compared as [Match] does.
	Cypher string
	// CypherPattern is a regular expression as in [Match]; nil for any.
	CypherPattern *regexp.Regexp
	Status        int
	// Rule is the name of a rule that answered or whose fault applied.
	Rule string
}

// RequestLog is what [Server.Requests] found.
type RequestLog struct {
	// Requests are in order of arrival.
	Requests []RecordedRequest `json:"requests"`
	// Ran is the sum over Requests.
	Ran int `json:"ran"`
	// Dropped is how many requests, matching or not, had to make room for
	// later ones since the record was last cleared.
	Dropped int `json:"dropped"`
}

// entry is a request in the record, or in two.
type entry struct {
	mu      sync.Mutex
	request RecordedRequest // guarded by mu
}

func newEntry(id uint64, scope string, r *http.Request) *entry {
	return &entry{request: RecordedRequest{
		ID: id, Scope: scope, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
		Headers: redacted(r.Header), StartedAt: time.Now(),
	}}
}

func (e *entry) change(change func(*RecordedRequest)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change(&e.request)
}

// end writes what is known when the answer has ended.
func (e *entry) end() {
	e.change(func(rec *RecordedRequest) {
		rec.DurationMS, rec.Ended = milliseconds(time.Since(rec.StartedAt)), true
	})
}

// secretHeaders are not shown to those who read the record.
var secretHeaders = map[string]bool{"X-Kuzu-Api-Key": true, "Authorization": true, "Cookie": true, "Proxy-Authorization": true}

func redacted(header http.Header) map[string]string {
	out := make(map[string]string, len(header))
	for name, values := range header {
		out[name] = strings.Join(values, ", ")
		if secretHeaders[name] {
			out[name] = "[redacted]"
		}
	}
	return out
}

// recorder keeps the latest requests, up to a bound.
type recorder struct {
	bound   int
	mu      sync.Mutex
	entries []*entry // guarded by mu; in order of arrival from next on, around the end
	next    int      // guarded by mu; the oldest, once the bound is reached
	dropped int      // guarded by mu
}

func (r *recorder) add(e *entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.entries) < r.bound {
		r.entries = append(r.entries, e)
		return
	}
	r.entries[r.next] = e
	r.next = (r.next + 1) % r.bound
	r.dropped++
}

func (r *recorder) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries, r.next, r.dropped = nil, 0, 0
}

func (r *recorder) find(f RequestFilter) RequestLog {
	r.mu.Lock()
	entries := append(append([]*entry{}, r.entries[r.next:]...), r.entries[:r.next]...)
	log := RequestLog{Requests: []RecordedRequest{}, Dropped: r.dropped}
	r.mu.Unlock()
	cypher := normalize(f.Cypher)
	for _, e := range entries {
		e.mu.Lock()
		request := e.request
		e.mu.Unlock()
		if f.picks(&request, cypher) {
			log.Requests = append(log.Requests, request)
			log.Ran += request.Ran
		}
	}
	return log
}

func (f *RequestFilter) picks(r *RecordedRequest, cypher string) bool {
	return (f.Scope == "" || f.Scope == r.Scope) &&
		(f.Operation == "" || f.Operation == r.Operation) &&
		(f.Graph == "" || f.Graph == r.Graph) &&
		(cypher == "" || cypher == normalize(r.Cypher)) &&
		(f.CypherPattern == nil || f.CypherPattern.MatchString(normalize(r.Cypher))) &&
		(f.Status == 0 || f.Status == r.Status) &&
		(f.Rule == "" || f.Rule == r.Rule || slices.Contains(r.Faults, f.Rule))
}
