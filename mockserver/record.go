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
	ID     uint64 `json:"id"`              // ascending in order of arrival
	Scope  string `json:"scope,omitempty"` // value of the [ScopeHeader], "" without
	Method string `json:"method"`          // such as "POST"
	Path   string `json:"path"`            // unescaped, without the query
	Query  string `json:"query,omitempty"` // of the URL, as it was sent
	// Operation, Graph, Cypher and Parameters are there if the request has
	// passed the API document.
	Operation  string                     `json:"operation,omitempty"`
	Graph      string                     `json:"graph,omitempty"`      // see Operation
	Cypher     string                     `json:"cypher,omitempty"`     // see Operation
	Parameters map[string]json.RawMessage `json:"parameters,omitempty"` // see Operation
	// Headers hold "[redacted]" in place of keys and cookies; several values are
	// joined by ", ".
	Headers map[string]string `json:"headers"`
	// Status is 0 as long as, or if, no status was sent.
	Status    int       `json:"status"`
	StartedAt time.Time `json:"started_at"` // when its head had arrived
	// DurationMS is the time from arrival to the end of the answer.
	DurationMS float64 `json:"duration_ms"`
	Ended      bool    `json:"ended"` // the answer has ended; DurationMS is 0 before
	// Ran is how often the query's statement was handed to the engine: 0 if it
	// was refused or answered by a rule, 1 even if its answer got lost.
	Ran    int      `json:"ran"`
	Rule   string   `json:"rule,omitempty"`   // the rule that answered
	Faults []string `json:"faults,omitempty"` // the rules whose faults applied
}

// RequestFilter picks recorded requests: those that agree with all that is set.
type RequestFilter struct {
	Scope     string // "" for any
	Operation string // operationId; "" for any
	Graph     string // graph id; "" for any
	// Cypher is compared as [Match] does.
	Cypher string
	// CypherPattern is a regular expression as in [Match]; nil for any.
	CypherPattern *regexp.Regexp
	Status        int // of the answer; 0 for any
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
	places  []kept // one a recorder; set before the request is handled
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

// grow says that the entry now takes so many bytes more.
func (e *entry) grow(bytes int) {
	for _, p := range e.places {
		p.in.grow(p.at, bytes)
	}
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

// maxRecordBytes bounds what a record may take: a thousand requests with the
// largest parameters would be gigabytes.
const maxRecordBytes = 64 << 20

// recorder keeps the latest requests, up to a bound of their number and one of
// the bytes of their texts. The last one is kept however large it is.
type recorder struct {
	bound   int
	mu      sync.Mutex
	slots   []*slot // guarded by mu; in order of arrival
	bytes   int     // guarded by mu; the sum over slots
	dropped int     // guarded by mu
}

// slot is an entry in one recorder, whose mutex guards it.
type slot struct {
	entry *entry
	bytes int
	gone  bool
}

// kept is the slot that one recorder has for an entry.
type kept struct {
	in *recorder
	at *slot
}

func (r *recorder) add(e *entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := &slot{entry: e, bytes: e.request.size()} // nobody else has the entry yet
	e.places = append(e.places, kept{r, at})
	r.slots, r.bytes = append(r.slots, at), r.bytes+at.bytes
	r.trim()
}

func (r *recorder) grow(at *slot, bytes int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at.gone {
		return
	}
	at.bytes, r.bytes = at.bytes+bytes, r.bytes+bytes
	r.trim()
}

// trim drops the oldest ones until the rest is within the bounds. It requires mu.
func (r *recorder) trim() {
	for len(r.slots) > r.bound || r.bytes > maxRecordBytes && len(r.slots) > 1 {
		oldest := r.slots[0]
		oldest.gone = true
		r.slots[0] = nil
		r.slots, r.bytes = r.slots[1:], r.bytes-oldest.bytes
		r.dropped++
	}
}

func (r *recorder) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, at := range r.slots {
		at.gone = true
	}
	r.slots, r.bytes, r.dropped = nil, 0, 0
}

func (r *recorder) find(f RequestFilter) RequestLog {
	r.mu.Lock()
	slots := slices.Clone(r.slots)
	log := RequestLog{Requests: []RecordedRequest{}, Dropped: r.dropped}
	r.mu.Unlock()
	cypher := normalize(f.Cypher)
	for _, at := range slots {
		e := at.entry
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

// size is what a request's texts take as it comes in, about.
func (r *RecordedRequest) size() int {
	size := 256 + len(r.Scope) + len(r.Path) + len(r.Query)
	for name, value := range r.Headers {
		size += len(name) + len(value)
	}
	return size
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
