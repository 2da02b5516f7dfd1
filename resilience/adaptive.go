package resilience

import "time"

// Adaptive chooses a strategy by the kind of error: the first rule that matches
// decides. An error that no rule matches is not retried.
type Adaptive struct {
	Rules []Rule // looked at in order
}

// A Rule of [Adaptive].
type Rule struct {
	Match       Match    // the errors that the rule is for; nil, in the last rule only: all others
	Strategy    Strategy // what to do about them; required
	MaxAttempts int      // 1 or more, the first attempt included
}

// MiddlewareAdaptive returns the adaptive retry of the robustness middleware:
// after a rate-limited attempt 60 s and at most 2 attempts in all, after a
// network error 2^n s after the n-th attempt (2, 4, 8, 16 s) and at most 5,
// after any other error none. Set MaxAttempts of [RetrySettings] to 5 or more.
func MiddlewareAdaptive(rateLimited, network Match) Adaptive {
	return Adaptive{Rules: []Rule{
		{Match: rateLimited, Strategy: Constant{Wait: time.Minute}, MaxAttempts: 2},
		{Match: network, Strategy: Exponential{Initial: 2 * time.Second, Max: time.Minute, Factor: 2}, MaxAttempts: 5},
	}}
}

func (a Adaptive) rule(err error) *Rule {
	for i := range a.Rules {
		if a.Rules[i].Match.holds(err) {
			return &a.Rules[i]
		}
	}
	return nil
}

// Delay implements [Strategy].
func (a Adaptive) Delay(attempt int, err error) time.Duration {
	if r := a.rule(err); r != nil {
		return r.Strategy.Delay(attempt, err)
	}
	return 0
}

// ShouldRetry implements [Strategy].
func (a Adaptive) ShouldRetry(attempt int, err error) bool {
	r := a.rule(err)
	return r != nil && attempt < r.MaxAttempts && r.Strategy.ShouldRetry(attempt, err)
}

func (a Adaptive) check(p *problems) {
	if len(a.Rules) == 0 {
		p.addf("Adaptive has no rules, so it would never retry")
	}
	for i, r := range a.Rules {
		p.countTo("Adaptive.Rules.MaxAttempts", r.MaxAttempts, 1, maxAttempts)
		if r.Match == nil && i < len(a.Rules)-1 {
			p.addf("Adaptive.Rules[%d] matches every error, so the rules after it are never looked at", i)
		}
		checkStrategy(p, r.Strategy)
	}
}

// checkStrategy checks the strategies of this package; others answer for
// themselves.
func checkStrategy(p *problems, s Strategy) {
	if s == nil {
		p.addf("Strategy is nil; use one such as Exponential")
		return
	}
	if s, ok := s.(interface{ check(*problems) }); ok {
		s.check(p)
	}
}
