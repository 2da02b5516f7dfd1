package resilience

import (
	"cmp"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"
)

// A service is what a tracker remembers about one.
type service struct {
	name     string
	settings ServiceSettings
	stops    []func() // end the subscriptions to the policies' events

	mu         sync.Mutex // guards all below
	state      HealthState
	since      time.Time
	registered time.Time
	downFor    time.Duration // in former down states

	checks, calls ring[sample]
	history       ring[Point]
	errors        map[ErrorKind]uint64
	inFlight      int

	callCount, failedCalls   uint64
	checkCount, failedChecks uint64
	lastCheck                time.Time
	lastError                string

	failures  int       // in a row, of what the threshold is for
	unheard   int       // of these, the latest ones that were timeouts
	silence   time.Time // when the first of them came
	lastPoint time.Time
	judged    time.Time // when the state was looked at
}

func newService(name string, settings ServiceSettings) *service {
	now := time.Now()
	if settings.Classify == nil {
		settings.Classify = Classify
	}
	return &service{
		name: name, settings: settings,
		since: now, registered: now,
		checks: newRing[sample](checkSamples), calls: newRing[sample](callSamples), history: newRing[Point](checkSamples),
		errors: make(map[ErrorKind]uint64),
	}
}

// checked takes in the outcome of a check, and returns the alert to give, if
// any.
func (s *service) checked(latency time.Duration, err error) (Event, bool) {
	kind, text := s.classify(err)
	s.mu.Lock()
	defer s.mu.Unlock()
	if kind == KindRefused {
		s.errors[s.known(kind)]++
		return Event{}, false
	}
	now := time.Now()
	s.checkCount++
	s.lastCheck = now
	if err != nil {
		s.failedChecks++
		s.failed(kind, text)
	}
	s.checks.add(sample{at: now, latency: latency, kind: s.known(kind)})
	s.note(kind, now)
	return s.judge(now, latency, err)
}

// called takes in the outcome of a real call, and returns the alert to give, if
// any.
func (s *service) called(latency time.Duration, err error) (Event, bool) {
	kind, text := s.classify(err)
	s.mu.Lock()
	defer s.mu.Unlock()
	if kind == KindRefused {
		s.errors[s.known(kind)]++
		return Event{}, false
	}
	now := time.Now()
	s.callCount++
	if err != nil {
		s.failedCalls++
		s.failed(kind, text)
	}
	s.calls.add(sample{at: now, latency: latency, kind: s.known(kind)})
	if s.settings.Check == nil || err == nil { // an answer is a sign of life
		s.note(kind, now)
	}
	urgent := s.settings.Check == nil && s.failures == s.settings.FailureThreshold || s.failures == 0 && s.state >= Busy || s.state == HealthUnknown
	if !urgent && now.Sub(s.judged) < judgeEvery {
		return Event{}, false
	}
	return s.judge(now, latency, err)
}

// judgeEvery keeps a stream of calls from looking through all samples for each.
const judgeEvery = time.Second

// maxErrorText bounds what a status tells of an error.
const maxErrorText = 300

// classify sorts an error and puts it into words. It runs foreign code and so
// must not be called under the lock.
func (s *service) classify(err error) (ErrorKind, string) {
	if err == nil {
		return "", ""
	}
	text := err.Error()
	if len(text) > maxErrorText {
		text = strings.ToValidUTF8(text[:maxErrorText], "") + " [cut]"
	}
	return cmp.Or(s.settings.Classify(err), KindOther), text
}

// known bounds the number of kinds.
func (s *service) known(kind ErrorKind) ErrorKind {
	if kind == "" || len(s.errors) < maxErrorKinds {
		return kind
	}
	if _, ok := s.errors[kind]; ok {
		return kind
	}
	return KindOther
}

func (s *service) failed(kind ErrorKind, text string) {
	s.errors[s.known(kind)]++
	s.lastError = text
}

// note follows failures in a row.
func (s *service) note(kind ErrorKind, now time.Time) {
	switch kind {
	case "":
		s.failures, s.unheard = 0, 0
	case KindTimeout:
		if s.unheard == 0 {
			s.silence = now
		}
		s.failures++
		s.unheard++
	default:
		s.failures++
		s.unheard = 0
	}
}

// judge decides the state after something was heard, and adds to the history.
func (s *service) judge(now time.Time, latency time.Duration, err error) (Event, bool) {
	s.judged = now
	f := s.figure(now)
	quality := f.quality(s.settings.LatencyTarget)
	state := s.next(now, bounded(quality, Healthy, s.settings.Breakers))
	score := bounded(quality, state, s.settings.Breakers)
	if s.lastCheck.Equal(now) || s.settings.Check == nil && now.Sub(s.lastPoint) >= s.settings.Interval {
		s.history.add(Point{At: now, Latency: max(latency, 0), OK: err == nil, State: state, Score: score})
		s.lastPoint = now
	}
	from := s.state
	if state == from {
		return Event{}, false
	}
	if from == Down {
		s.downFor += now.Sub(s.since)
	}
	s.state, s.since = state, now
	e := Event{Source: s.name, At: now, Err: err, Detail: fmt.Sprintf("%v, was %v; health score %.0f", state, from, score)}
	switch {
	case state == Healthy && from != HealthUnknown:
		e.Kind = HealthRecovered
	case state > from && state != Healthy: // the states are in the order of their gravity
		e.Kind = HealthDegraded
	default:
		return Event{}, false // better, but not well yet; or well from the start
	}
	return e, true
}

// next is the state that the figures call for.
func (s *service) next(now time.Time, score float64) HealthState {
	if s.failures >= s.settings.FailureThreshold {
		if s.unheard < s.settings.FailureThreshold {
			return Down
		}
		if s.inFlight == 0 && now.Sub(s.silence) >= s.settings.BusyLimit {
			return Down
		}
		return Busy
	}
	well := s.settings.DegradedBelow
	if s.state != Healthy && s.state != HealthUnknown {
		well = s.settings.RecoveredFrom
	}
	if score < well {
		return Degraded
	}
	return Healthy
}

// status returns all that is known.
func (s *service) status() Status {
	now := time.Now()
	s.mu.Lock()
	f := s.figure(now)
	st := Status{
		Name: s.name, State: s.state, Since: s.since,
		AvgLatency: mean(f.latencies), P95Latency: percentile(f.latencies, 0.95), P99Latency: percentile(f.latencies, 0.99),
		Calls: s.callCount, FailedCalls: s.failedCalls, InFlight: s.inFlight,
		ErrorRate: f.errorRate, ErrorRates: f.errorRates, Errors: maps.Clone(s.errors),
		Checks: s.checkCount, FailedChecks: s.failedChecks, LastCheck: s.lastCheck, LastError: s.lastError,
		History: s.history.list(),
	}
	down := s.downFor
	if s.state == Down {
		down += now.Sub(s.since)
	}
	total := now.Sub(s.registered)
	s.mu.Unlock()

	st.Availability = 100
	if total > 0 {
		st.Availability = 100 * (1 - float64(down)/float64(total))
	}
	if st.Checks > 0 {
		st.CheckSuccessRate = 1 - float64(st.FailedChecks)/float64(st.Checks)
	}
	st.HealthScore = bounded(f.quality(s.settings.LatencyTarget), st.State, s.settings.Breakers)
	for _, b := range s.settings.Breakers {
		st.Breakers = append(st.Breakers, BreakerStatus{b.Name(), b.Counts()})
	}
	for _, r := range s.settings.Retriers {
		st.Retriers = append(st.Retriers, RetryStatus{r.Name(), r.Counts()})
	}
	for _, b := range s.settings.Budgets {
		st.Budgets = append(st.Budgets, BudgetStatus{b.Name(), b.Counts()})
	}
	return st
}
