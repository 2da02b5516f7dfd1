package mockserver

import (
	"fmt"
	"slices"
)

// AddRules adds rules behind those that there are: all of them, or none if one
// is refused. Refused are rules that say what there is not, such as an unknown
// operation or fault, rules that could never match, and rules that contradict
// others. The error lists every reason.
func (s *Server) AddRules(rules ...Rule) error {
	_, faults := s.addRules(rules, nil)
	if err := faults.err(); err != nil {
		return fmt.Errorf("mockserver: %w", err)
	}
	return nil
}

// addRules adds rules in place of those that replaced reports, and returns them
// as they are kept.
func (s *Server) addRules(rules []Rule, replaced func(*rule) bool) ([]*rule, *ruleFaults) {
	c := &ruleFaults{router: s.routes}
	for i := range rules {
		c.rule(&rules[i], []any{"rules", i})
	}
	if len(c.faults) > 0 {
		return nil, c // what is wrong by itself cannot be held against others
	}
	p := &s.plans
	p.mu.Lock()
	defer p.mu.Unlock()
	all := slices.Clone(p.rules)
	if replaced != nil {
		all = slices.DeleteFunc(all, replaced)
	}
	kept, named := len(all), p.named
	for i, given := range rules {
		at := []any{"rules", i}
		taken := func(name string) bool { return slices.ContainsFunc(all, func(r *rule) bool { return r.Name == name }) }
		for given.Name == "" {
			named++
			if name := fmt.Sprintf("rule-%d", named); !taken(name) {
				given.Name = name
			}
		}
		if taken(given.Name) {
			c.add(append(at, "name"), "there is a rule %s already", given.Name)
		}
		next := newRule(given)
		for _, earlier := range all {
			c.against(next, earlier, at)
		}
		all = append(all, next)
	}
	if len(c.faults) > 0 {
		return nil, c
	}
	p.rules, p.named = all, named
	p.publish()
	return all[kept:], c
}

// Rules returns the rules in their order, with what has become of them.
func (s *Server) Rules() []RuleState {
	s.plans.mu.Lock()
	rules := slices.Clone(s.plans.rules)
	s.plans.mu.Unlock()
	states := make([]RuleState, len(rules))
	for i, rule := range rules {
		states[i] = rule.state()
	}
	return states
}

// DeleteRule removes the rule with a name and reports whether there was one.
// Requests that it has been applied to are not disturbed.
func (s *Server) DeleteRule(name string) bool {
	return s.plans.remove(func(r *rule) bool { return r.Name == name }) > 0
}

// DeleteRules removes the rules of a scope, or with "" all rules of all scopes,
// and returns how many there were.
func (s *Server) DeleteRules(scope string) int {
	return s.plans.remove(func(r *rule) bool { return scope == "" || r.Scope == scope })
}

// Requests returns what has been recorded of the requests that a filter picks;
// nothing if the server does not record (see Config.Records).
func (s *Server) Requests(filter RequestFilter) RequestLog {
	if r := s.recorder(); r != nil {
		return r.find(filter)
	}
	return RequestLog{Requests: []RecordedRequest{}}
}

// ClearRequests empties the record.
func (s *Server) ClearRequests() {
	if r := s.recorder(); r != nil {
		r.clear()
	}
}

func (s *Server) recorder() *recorder {
	s.plans.mu.Lock()
	defer s.plans.mu.Unlock()
	return s.plans.recorder
}
