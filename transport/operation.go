package transport

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/robosystems/kuzuclient/internal/cypher"
)

// Access is what an operation does to the data of a graph.
type Access uint8

// The zero Access is that of an operation of which nothing is known.
const (
	AccessWrite     Access = iota // changes something
	AccessRead                    // changes nothing
	AccessStatement               // the Cypher text in the request decides
)

// Operation is one operation of the API, as the API document describes it.
type Operation struct {
	ID     string // operation id, such as "queryDatabase"
	Method string // such as "POST"
	Path   string // template, such as "/databases/{graph_id}/query"
	Access Access // what it does to the graph
	// Idempotent tells whether the same request sent twice leaves the same
	// state as sent once. It is not looked at where a statement decides.
	Idempotent bool
}

// otherOperation stands for requests that are in no table, so that they cannot
// fill spans and metrics with names.
const otherOperation = "other"

// operationTable finds the operation of a request by its method and path.
type operationTable struct {
	byMethod map[string][]*operation
	byID     map[string]*operation
	other    [3]*operation // of requests in no table: writes, reads, idempotent writes
}

// operation is what the chain knows of an operation.
type operation struct {
	Operation
	timeouts Timeouts
	alarm    *alarm // of attempts; nil if they have no limit
	observed observed
}

func newOperationTable(operations []Operation, timeouts func(Operation) Timeouts) *operationTable {
	t := &operationTable{byMethod: make(map[string][]*operation), byID: make(map[string]*operation)}
	add := func(described Operation) *operation {
		op := &operation{Operation: described, timeouts: timeouts(described)}
		op.observed = newObserved(described)
		if op.timeouts.Attempt > 0 {
			op.alarm = &alarm{limit: op.timeouts.Attempt}
		}
		return op
	}
	for _, described := range operations {
		op := add(described)
		t.byID[op.ID] = op
		t.byMethod[op.Method] = append(t.byMethod[op.Method], op)
	}
	t.other = [3]*operation{
		add(Operation{ID: otherOperation}),
		add(Operation{ID: otherOperation, Access: AccessRead, Idempotent: true}),
		add(Operation{ID: otherOperation, Idempotent: true}),
	}
	return t
}

// find returns the operation of a request and its graph, "" if the path has none.
// A literal segment beats a parameter.
func (t *operationTable) find(req *http.Request) (op *operation, graph string) {
	params := -1
	for _, candidate := range t.byMethod[req.Method] {
		if id, n, ok := matchPath(candidate.Path, req.URL.Path); ok && (params < 0 || n < params) {
			op, graph, params = candidate, id, n
		}
	}
	if op != nil {
		return op, graph
	}
	switch req.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return t.other[1], ""
	case http.MethodDelete, http.MethodPut:
		return t.other[2], ""
	default:
		return t.other[0], ""
	}
}

// matchPath compares a path with a template, in which a parameter matches any
// segment that is not empty, and counts the parameters.
func matchPath(template, path string) (graph string, params int, ok bool) {
	for {
		want, restTemplate, moreTemplate := strings.Cut(template, "/")
		got, restPath, morePath := strings.Cut(path, "/")
		switch {
		case strings.HasPrefix(want, "{"):
			if got == "" {
				return "", 0, false
			}
			params++
			if want == "{graph_id}" {
				graph = got
			}
		case got != want:
			return "", 0, false
		}
		if !moreTemplate || !morePath {
			return graph, params, moreTemplate == morePath
		}
		template, path = restTemplate, restPath
	}
}

// describe says what a request does, from its operation, its path and, where
// these do not tell, its body.
func (t *operationTable) describe(req *http.Request) (*operation, Call) {
	op, graph := t.find(req)
	call := Call{Operation: op.ID, Graph: graph, Write: op.Access != AccessRead, Idempotent: op.Idempotent}
	if op.Access == AccessStatement || graph == "" && req.Method == http.MethodPost {
		body := peek(req)
		if op.Access == AccessStatement {
			statement, err := cypher.Parse(body.Cypher)
			call.Write = err != nil || statement.Access != cypher.Read
			call.Idempotent = !call.Write
		}
		if graph == "" {
			call.Graph = body.GraphID
		}
	}
	return op, call
}

// isStreaming tells whether the answer comes row by row.
func isStreaming(u *url.URL) bool {
	if u.RawQuery == "" {
		return false
	}
	switch strings.ToLower(u.Query().Get("streaming")) {
	case "true", "1", "yes", "on", "t", "y":
		return true
	}
	return false
}

// peeked is what a body can add to a path.
type peeked struct {
	Cypher  string `json:"cypher"`
	GraphID string `json:"graph_id"`
}

// maxPeek bounds what is read of a body that the caller can give twice, in
// bytes; requests with statements are smaller.
const maxPeek = 1 << 20

// peek reads a body that can be had a second time.
func peek(req *http.Request) (p peeked) {
	if req.GetBody == nil || req.ContentLength > maxPeek {
		return p
	}
	body, err := req.GetBody()
	if err != nil {
		return p
	}
	defer body.Close()
	data, err := io.ReadAll(io.LimitReader(body, maxPeek))
	if err != nil || json.Unmarshal(data, &p) != nil {
		return peeked{}
	}
	return p
}
