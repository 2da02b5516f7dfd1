package mockserver

import (
	"fmt"
	"net/http"
)

// TB is what a [Script] needs of a *testing.T.
type TB interface {
	Helper()                           // as of testing.TB
	Cleanup(func())                    // as of testing.TB
	Errorf(format string, args ...any) // as of testing.TB
	Fatalf(format string, args ...any) // as of testing.TB
}

// scriptRecords is how many requests a script remembers.
const scriptRecords = 10_000

// Script is a test's own view of a server: rules that hold for its requests
// only, and the record of these. Serve it in place of the server, or send its
// [ScopeHeader]; tests that share a server and run at the same time then do not
// disturb each other. It is safe for concurrent use.
type Script struct {
	server   *Server
	t        TB
	scope    string
	recorder *recorder
}

// Script begins a script with rules, which are added as [Server.AddRules] does.
// Their scope is the script's; they and the record go when the test ends. A rule
// that is refused fails the test at once.
func (s *Server) Script(t TB, rules ...Rule) *Script {
	t.Helper()
	sc := &Script{server: s, t: t, scope: fmt.Sprintf("script-%d", s.scripts.Add(1)), recorder: &recorder{bound: scriptRecords}}
	s.plans.record(sc.scope, sc.recorder)
	t.Cleanup(func() {
		s.DeleteRules(sc.scope)
		s.plans.record(sc.scope, nil)
	})
	sc.Add(rules...)
	return sc
}

// Add adds rules to the script.
func (sc *Script) Add(rules ...Rule) {
	sc.t.Helper()
	if len(rules) == 0 {
		return
	}
	scoped := make([]Rule, len(rules))
	for i, rule := range rules {
		rule.Scope = sc.scope
		scoped[i] = rule
	}
	if err := sc.server.AddRules(scoped...); err != nil {
		sc.t.Fatalf("%v", err)
	}
}

// Scope is the value of [ScopeHeader] that puts a request into the script.
func (sc *Script) Scope() string { return sc.scope }

// ServeHTTP serves a request in the script.
func (sc *Script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	sc.server.serve(w, r, sc.scope)
}

// Requests returns the script's requests that a filter picks, of the latest
// 10,000, as far as 64 MiB hold their texts.
func (sc *Script) Requests(filter RequestFilter) RequestLog { return sc.recorder.find(filter) }

// Rules returns the script's rules, with what has become of them.
func (sc *Script) Rules() []RuleState {
	var own []RuleState
	for _, state := range sc.server.Rules() {
		if state.Scope == sc.scope {
			own = append(own, state)
		}
	}
	return own
}

// Ran fails the test unless a statement was handed to the engine so many times,
// by all requests of the script together. Texts compare as in [Match].
func (sc *Script) Ran(cypher string, times int) {
	sc.t.Helper()
	log := sc.Requests(RequestFilter{Cypher: cypher})
	if log.Dropped > 0 {
		sc.t.Errorf("%d requests had to make room in the record for later ones, so nobody knows how often %q ran", log.Dropped, cypher)
		return
	}
	if log.Ran != times {
		sc.t.Errorf("%q ran %d times in %d requests, want %d", cypher, log.Ran, len(log.Requests), times)
	}
}

// Used fails the test for each rule of the script that was never applied, or
// less often than its Times.
func (sc *Script) Used() {
	sc.t.Helper()
	for _, rule := range sc.Rules() {
		switch {
		case rule.Applied == 0:
			sc.t.Errorf("rule %s was never applied; it matched %d requests", rule.Name, rule.Matched)
		case rule.Applied < rule.Times:
			sc.t.Errorf("rule %s was applied %d of %d times", rule.Name, rule.Applied, rule.Times)
		}
	}
}
