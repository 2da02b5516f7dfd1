package mockserver

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
)

// Match says which requests a [Rule] is for: those that agree with all that is
// set. The zero value matches every request.
type Match struct {
	// Operation is an operationId of the API document.
	Operation string `json:"operation,omitempty"`
	// Graph is the graph id in the path.
	Graph string `json:"graph,omitempty"`
	// Cypher is the text of a query. Texts that differ only in white space or a
	// final semicolon count as one.
	Cypher string `json:"cypher,omitempty"`
	// CypherPattern is a regular expression (RE2) that has to match somewhere in
	// the text of a query, its white space made single blanks and its final
	// semicolon left out.
	CypherPattern string `json:"cypher_pattern,omitempty"`
	// Parameters are values that parameters of a query have to have, as JSON.
	// 1 and 1.0 are equal.
	Parameters map[string]any `json:"parameters,omitempty"`
	// Headers are values that headers have to have, one of several being enough.
	Headers map[string]string `json:"headers,omitempty"`
}

// queryOperation is the operation that Cypher texts and parameters belong to.
const queryOperation = "queryDatabase"

// ofQuery reports whether only a query can match.
func (m *Match) ofQuery() bool {
	return m.Cypher != "" || m.CypherPattern != "" || len(m.Parameters) > 0
}

// matcher is a Match ready to be held against requests.
type matcher struct {
	operation  string
	graph      string
	cypher     string
	pattern    *regexp.Regexp
	parameters map[string]any
	headers    map[string]string
}

// newMatcher takes a Match that has been checked.
func newMatcher(m Match) matcher {
	out := matcher{operation: m.Operation, graph: m.Graph, cypher: normalize(m.Cypher)}
	if m.ofQuery() {
		out.operation = queryOperation
	}
	if m.CypherPattern != "" {
		out.pattern = regexp.MustCompile(m.CypherPattern)
	}
	if len(m.Parameters) > 0 {
		out.parameters = make(map[string]any, len(m.Parameters))
		for name, value := range m.Parameters {
			raw, _ := json.Marshal(value) // checked
			out.parameters[name] = decodeOrdered(raw)
		}
	}
	if len(m.Headers) > 0 {
		out.headers = make(map[string]string, len(m.Headers))
		for name, value := range m.Headers {
			out.headers[http.CanonicalHeaderKey(name)] = value
		}
	}
	return out
}

func (m *matcher) matches(x *exchange) bool {
	if m.operation != "" && m.operation != x.operation ||
		m.graph != "" && m.graph != x.graph ||
		m.cypher != "" && m.cypher != x.cypher ||
		m.pattern != nil && !m.pattern.MatchString(x.cypher) {
		return false
	}
	for name, value := range m.parameters {
		if given, ok := x.parameters[name]; !ok || !sameJSON(value, given) {
			return false
		}
	}
	for name, value := range m.headers {
		if !slices.Contains(x.header[name], value) {
			return false
		}
	}
	return true
}

// wider reports whether m matches each request that other matches.
func (m *matcher) wider(other *matcher) bool {
	switch {
	case m.operation != "" && m.operation != other.operation,
		m.graph != "" && m.graph != other.graph,
		m.cypher != "" && m.cypher != other.cypher,
		m.pattern != nil && !m.patternCovers(other):
		return false
	}
	for name, value := range m.parameters {
		if given, ok := other.parameters[name]; !ok || !sameJSON(value, given) {
			return false
		}
	}
	for name, value := range m.headers {
		if given, ok := other.headers[name]; !ok || given != value {
			return false
		}
	}
	return true
}

func (m *matcher) patternCovers(other *matcher) bool {
	return other.pattern != nil && other.pattern.String() == m.pattern.String() ||
		other.cypher != "" && m.pattern.MatchString(other.cypher)
}

// sameJSON compares two values as [decodeOrdered] gives them. The order of an
// object's fields does not count.
func sameJSON(a, b any) bool {
	switch a := a.(type) {
	case []any:
		list, ok := b.([]any)
		return ok && slices.EqualFunc(a, list, sameJSON)
	case Struct:
		fields, ok := b.(Struct)
		return ok && maps.EqualFunc(byName(a), byName(fields), sameJSON)
	case float64:
		switch b := b.(type) {
		case float64:
			return a == b
		case int64, uint64:
			return sameNumber(b, a)
		}
		return false
	case int64, uint64:
		if f, ok := b.(float64); ok {
			return sameNumber(a, f)
		}
	}
	return a == b
}

// sameNumber compares without rounding the integer.
func sameNumber(integer any, f float64) bool {
	switch n := integer.(type) {
	case int64:
		return float64(n) == f && f < 1<<63 && int64(f) == n
	case uint64:
		return float64(n) == f && f < 1<<64 && uint64(f) == n
	}
	return false
}

func byName(fields Struct) map[string]any {
	out := make(map[string]any, len(fields))
	for _, field := range fields {
		out[field.Name] = field.Value
	}
	return out
}
