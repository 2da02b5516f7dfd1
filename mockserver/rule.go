package mockserver

import (
	"math/rand/v2"
	"sync"
)

// A Rule says what happens to the requests that it matches: they are answered
// by Replies, or Fault strikes their answer, whoever gives it. One of the two
// has to be there.
//
// Rules stand in the order in which they were added. A request is answered by
// the first rule that matches, is in its time and has replies, or else by the
// server. Then every rule that matches, is in its time and has a fault applies,
// the first one outermost. Requests that the API document refuses, that have no
// valid key or no route, do not come to the rules.
//
// A request that an earlier rule has answered, or ended with [FaultStatus] or
// [FaultResetBeforeHeaders], does not come to the later rules of its sort, and
// these do not count it. Of the requests that come to it and match, a rule lets Skip pass, then takes each Every-th
// one (1 and 0: each), of these a share of Probability, and ends after Times.
type Rule struct {
	// Name tells rules apart, in lists and in records; "" gets one made up.
	Name string `json:"name,omitempty"`
	// Scope is "" for all requests, or the scope that a request has to be in;
	// see [ScopeHeader] and [Script].
	Scope string `json:"scope,omitempty"`
	Match Match  `json:"match"` // which requests the rule is for

	Skip  int `json:"skip,omitempty"`  // so many matching requests pass first
	Every int `json:"every,omitempty"` // then each n-th is taken; 0 and 1: each
	// Times is how often the rule applies; 0 means without end.
	Times int `json:"times,omitempty"`
	// Probability is above 0 and at most 1; nil means 1.
	Probability *float64 `json:"probability,omitempty"`
	// Seed begins the rule's random numbers, for Probability and for latencies
	// with a distribution. The same seed gives the same numbers.
	Seed uint64 `json:"seed,omitempty"`

	// Replies are given one after another; the last one is repeated.
	Replies []Reply `json:"replies,omitempty"`
	Fault   *Fault  `json:"fault,omitempty"` // what strikes the answer, instead of Replies
}

// RuleState is a rule and what has become of it.
type RuleState struct {
	Rule
	Matched int  `json:"matched"` // requests that the rule matched
	Applied int  `json:"applied"` // requests that it answered, or put its fault on
	Spent   bool `json:"spent"`   // whether it has applied as often as Times says
}

// rule is a Rule at work.
type rule struct {
	Rule
	matcher matcher

	mu      sync.Mutex
	matched int        // guarded by mu
	applied int        // guarded by mu
	random  *rand.Rand // guarded by mu
}

func newRule(r Rule) *rule {
	return &rule{Rule: r, matcher: newMatcher(r.Match), random: rand.New(rand.NewPCG(r.Seed, 0))}
}

// endless reports whether the rule applies to each request that it matches, now
// and always.
func (r *rule) endless() bool {
	return r.Skip == 0 && r.Every <= 1 && r.Times == 0 && (r.Probability == nil || *r.Probability == 1)
}

// wider reports whether the rule matches each request that other matches.
func (r *rule) wider(other *rule) bool {
	return (r.Scope == "" || r.Scope == other.Scope) && r.matcher.wider(&other.matcher)
}

// take counts a request that the rule may match and reports whether the rule
// applies to it, as which of those that it applied to.
func (r *rule) take(x *exchange) (nth int, ok bool) {
	if r.Scope != "" && r.Scope != x.scope || !r.matcher.matches(x) {
		return 0, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.matched++
	switch n := r.matched - r.Skip; {
	case n <= 0,
		r.Every > 1 && n%r.Every != 0,
		r.Times > 0 && r.applied == r.Times,
		r.Probability != nil && r.random.Float64() >= *r.Probability:
		return 0, false
	}
	r.applied++
	return r.applied - 1, true
}

// draw calls f with the rule's random numbers.
func (r *rule) draw(f func(*rand.Rand) float64) float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return f(r.random)
}

func (r *rule) state() RuleState {
	r.mu.Lock()
	defer r.mu.Unlock()
	return RuleState{Rule: r.Rule, Matched: r.matched, Applied: r.applied, Spent: r.Times > 0 && r.applied == r.Times}
}
