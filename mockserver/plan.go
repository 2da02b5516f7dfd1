package mockserver

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// plan is all that a request has to know of rules and recording. It does not
// change; a new one takes its place. A server without rules and recorders has
// none, so that its requests pay for one atomic load.
type plan struct {
	rules    []*rule
	recorder *recorder            // of all requests; nil if they are not recorded
	scopes   map[string]*recorder // of the requests in a scope
}

// planner makes plans.
type planner struct {
	current atomic.Pointer[plan]

	mu       sync.Mutex
	rules    []*rule              // guarded by mu; in order of definition
	recorder *recorder            // guarded by mu
	scopes   map[string]*recorder // guarded by mu
	named    int                  // guarded by mu; names made up so far
}

// publish makes what has been changed the plan of the requests to come. The
// caller holds the lock.
func (p *planner) publish() {
	if len(p.rules) == 0 && p.recorder == nil && len(p.scopes) == 0 {
		p.current.Store(nil)
		return
	}
	p.current.Store(&plan{rules: slices.Clone(p.rules), recorder: p.recorder, scopes: maps.Clone(p.scopes)})
}

// record begins to record a scope, "" being all requests; nil ends it.
func (p *planner) record(scope string, r *recorder) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case scope == "":
		p.recorder = r
	case r == nil:
		delete(p.scopes, scope)
	default:
		if p.scopes == nil {
			p.scopes = make(map[string]*recorder)
		}
		p.scopes[scope] = r
	}
	p.publish()
}

// remove takes away the rules that gone reports, and returns how many.
func (p *planner) remove(gone func(*rule) bool) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := len(p.rules)
	p.rules = slices.DeleteFunc(slices.Clone(p.rules), gone)
	p.publish()
	return before - len(p.rules)
}
