package mockserver

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// ruleFaults collects all that is wrong with rules.
type ruleFaults struct {
	faults []ruleFault
	router *router // of the API
}

// ruleFault is a reason to refuse a rule, and where in it.
type ruleFault struct {
	at     []any // names of fields and indexes of lists
	reason string
}

func (c *ruleFaults) add(at []any, format string, args ...any) {
	c.faults = append(c.faults, ruleFault{slices.Clone(at), fmt.Sprintf(format, args...)})
}

// err joins the faults, or is nil.
func (c *ruleFaults) err() error {
	var errs []error
	for _, f := range c.faults {
		errs = append(errs, fmt.Errorf("%s: %s", location(f.at), f.reason))
	}
	return errors.Join(errs...)
}

// location writes a place as rules[0].match.operation.
func location(at []any) string {
	var b strings.Builder
	for _, part := range at {
		switch part := part.(type) {
		case int:
			fmt.Fprintf(&b, "[%d]", part)
		case string:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(part)
		}
	}
	return b.String()
}

var (
	ruleName   = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
	headerText = regexp.MustCompile(`^[\t -~\x{80}-\x{10ffff}]*$`)
)

// rule checks one rule by itself.
func (c *ruleFaults) rule(r *Rule, at []any) {
	if r.Name != "" && !ruleName.MatchString(r.Name) {
		c.add(append(at, "name"), "%q is not 1 to 64 letters, digits, dots, dashes and underscores", r.Name)
	}
	if !headerText.MatchString(r.Scope) {
		c.add(append(at, "scope"), "%q cannot be sent in the header %s", r.Scope, ScopeHeader)
	}
	for name, n := range map[string]int{"skip": r.Skip, "every": r.Every, "times": r.Times} {
		if n < 0 {
			c.add(append(at, name), "%d must not be negative", n)
		}
	}
	if p := r.Probability; p != nil && !(*p > 0 && *p <= 1) {
		c.add(append(at, "probability"), "%v must be above 0, or the rule could never match, and at most 1", *p)
	}
	op := c.match(&r.Match, append(at, "match"))
	switch {
	case len(r.Replies) == 0 && r.Fault == nil:
		c.add(at, "has neither replies nor a fault, so it would do nothing")
	case len(r.Replies) > 0 && r.Fault != nil:
		c.add(at, "has replies and a fault; make two rules of it: a fault applies to whatever the answer is")
	}
	if r.Times > 0 && r.Times < len(r.Replies) {
		c.add(append(at, "times"), "is %d, but there are %d replies; the last %d would never be given", r.Times, len(r.Replies), len(r.Replies)-r.Times)
	}
	for i := range r.Replies {
		c.reply(&r.Replies[i], op, append(at, "replies", i))
	}
	if r.Fault != nil {
		c.fault(r.Fault, append(at, "fault"))
	}
}

// match returns the operation that a rule is for, or nil for any.
func (c *ruleFaults) match(m *Match, at []any) *route {
	var op *route
	if m.Operation != "" {
		if op = c.router.operation(m.Operation); op == nil {
			c.add(append(at, "operation"), "%q is not an operation of the API document; it has %s", m.Operation, join(c.router.operations()))
		}
	}
	if m.ofQuery() {
		if m.Operation != "" && m.Operation != queryOperation {
			c.add(append(at, "operation"), "is %s, but only %s has a Cypher text and parameters: this can never match", m.Operation, queryOperation)
		}
		op = c.router.operation(queryOperation)
	}
	if m.Graph != "" && op != nil && !strings.Contains(op.path, "{graph_id}") {
		c.add(append(at, "graph"), "%s has no graph in its path: this can never match", m.Operation)
	}
	if m.Cypher != "" && normalize(m.Cypher) == "" {
		c.add(append(at, "cypher"), "is blank: this can never match")
	}
	pattern, err := regexp.Compile(m.CypherPattern)
	switch {
	case err != nil:
		c.add(append(at, "cypher_pattern"), "is not a regular expression: %v", err)
	case m.Cypher != "" && !pattern.MatchString(normalize(m.Cypher)):
		c.add(append(at, "cypher_pattern"), "does not match the text of cypher: this can never match")
	}
	for name, value := range m.Parameters {
		if _, err := json.Marshal(value); err != nil {
			c.add(append(at, "parameters", name), "is no JSON: %v", err)
		}
	}
	c.headers(m.Headers, append(at, "headers"))
	return op
}

func (c *ruleFaults) headers(headers map[string]string, at []any) {
	for name, value := range headers {
		if !headerName.MatchString(name) {
			c.add(append(at, name), "is not the name of a header")
		}
		if !headerText.MatchString(value) {
			c.add(append(at, name), "%q is not a value of a header", value)
		}
	}
}

func (c *ruleFaults) reply(a *Reply, op *route, at []any) {
	if a.Status != 0 && (a.Status < 200 || a.Status > 599) {
		c.add(append(at, "status"), "%d is not from 200 to 599", a.Status)
	}
	var bodies []string
	for _, body := range []struct {
		name string
		set  bool
	}{{"json", a.JSON != nil}, {"body", a.Body != ""}, {"example", a.Example != ""}, {"lines", a.Lines != nil}, {"events", a.Events != nil}} {
		if body.set {
			bodies = append(bodies, body.name)
		}
	}
	if len(bodies) > 1 {
		c.add(at, "has %s, which contradict each other: one answer has one body", strings.Join(bodies, " and "))
	}
	if len(bodies) > 0 && !bodyAllowed(a.Status) {
		c.add(append(at, "status"), "an answer with %d has no body, but %s is given", a.Status, bodies[0])
	}
	c.headers(a.Headers, append(at, "headers"))
	for name := range a.Headers {
		if strings.EqualFold(name, "Content-Length") || strings.EqualFold(name, "Transfer-Encoding") {
			c.add(append(at, "headers", name), "is the server's own; put a fault on the answer to break its body")
		}
	}
	if a.JSON != nil && !json.Valid(a.JSON) {
		c.add(append(at, "json"), "is not JSON; give it as body if that is meant")
	}
	if a.Example != "" {
		if op == nil {
			c.add(append(at, "example"), "needs match.operation: examples belong to operations")
		} else if _, err := findExample(op.operation, a.Status, a.Example, ""); err != nil {
			c.add(append(at, "example"), "%v", err)
		}
	}
	for i, line := range a.Lines {
		c.item(append(at, "lines", i), line.After, "json", line.JSON, line.Raw != "")
	}
	for i, event := range a.Events {
		at := append(at, "events", i)
		c.item(at, event.After, "data", event.Data, event.Raw != "", event.Comment != "")
		if event.Event != "" && event.Data == nil {
			c.add(append(at, "event"), "needs data")
		}
		if strings.ContainsAny(event.Event+event.Comment, "\r\n") {
			c.add(at, "event and comment are single lines; give it as raw if that is meant")
		}
	}
}

// item checks a line or an event, of which either the JSON or one of the others
// is set.
func (c *ruleFaults) item(at []any, after Duration, name string, content json.RawMessage, others ...bool) {
	if after < 0 {
		c.add(append(at, "after"), "%s must not be negative", after)
	}
	given := 0
	for _, set := range append(others, content != nil) {
		if set {
			given++
		}
	}
	if given != 1 {
		c.add(at, "needs exactly one of %s", map[string]string{"json": "json and raw", "data": "data, comment and raw"}[name])
	}
	if content != nil && !json.Valid(content) {
		c.add(append(at, name), "is not JSON; give it as raw if that is meant")
	}
}
