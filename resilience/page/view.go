package page

import (
	"cmp"
	"slices"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

// A View is what the page and its JSON show. Times are in UTC, durations in the
// unit of their names, shares from 0 to 1.
type View struct {
	At       time.Time `json:"at"`       // when the figures were taken
	Services []Service `json:"services"` // the gravest state first, then by name
	Alerts   []Alert   `json:"alerts"`   // the latest first
}

// A Service is one service's part of a [View].
type Service struct {
	Name             string             `json:"name"`                  // name it was registered by
	State            string             `json:"state"`                 // unknown, healthy, degraded, busy or down
	Since            time.Time          `json:"since"`                 // when State was entered
	HealthScore      float64            `json:"health_score"`          // 0 to 100; [resilience.Status] says how it is made
	Availability     float64            `json:"availability_percent"`  // percent of the time since registration that it was not down
	AvgMS            float64            `json:"avg_latency_ms"`        // of recent checks and calls that succeeded, as the next two
	P95MS            float64            `json:"p95_latency_ms"`        // 95 of 100 were as fast
	P99MS            float64            `json:"p99_latency_ms"`        // 99 of 100 were as fast
	Calls            uint64             `json:"calls"`                 // since registration
	FailedCalls      uint64             `json:"failed_calls"`          // of Calls
	InFlight         int                `json:"in_flight"`             // calls under way now
	ErrorRate        float64            `json:"error_rate"`            // share of recent calls that failed
	ErrorRates       map[string]float64 `json:"error_rates,omitempty"` // the same by kind of error
	Errors           map[string]uint64  `json:"errors,omitempty"`      // errors of checks and calls by kind, since registration
	Checks           uint64             `json:"checks"`                // since registration
	FailedChecks     uint64             `json:"failed_checks"`         // of Checks
	CheckSuccessRate float64            `json:"check_success_rate"`    // share of all checks; 0 without checks
	LastCheck        *time.Time         `json:"last_check,omitempty"`  // its end; absent before the first
	LastError        string             `json:"last_error,omitempty"`  // of the latest failed check or call; "" if none failed
	History          []Point            `json:"history"`               // the latest 120 points, oldest first
	Breakers         []Breaker          `json:"breakers,omitempty"`    // those on the way to it
	Retries          []Retry            `json:"retries,omitempty"`     // those on the way to it
	Budgets          []Budget           `json:"budgets,omitempty"`     // those on the way to it
}

// A Point is one point of a service's history.
type Point struct {
	At        time.Time `json:"at"`         // end of the check, or of the interval
	LatencyMS float64   `json:"latency_ms"` // of the check or call, also if it failed
	OK        bool      `json:"ok"`         // it succeeded
	State     string    `json:"state"`      // what the service was taken for then
	Score     float64   `json:"score"`      // the health score then, 0 to 100
}

// A Breaker is one breaker's part of a [Service].
type Breaker struct {
	Name        string             `json:"name"`                        // name of the breaker
	State       string             `json:"state"`                       // closed, open or half-open
	Forced      bool               `json:"forced"`                      // somebody holds it open or closed
	Since       time.Time          `json:"since"`                       // when State was entered
	FailureRate float64            `json:"failure_rate"`                // share of the calls since the latest transition
	Successes   uint64             `json:"successes"`                   // calls that counted, since it was made
	Failures    uint64             `json:"failures"`                    // calls that counted, since it was made
	Refused     uint64             `json:"refused"`                     // calls not let through, since it was made
	AfterOpen   float64            `json:"success_rate_after_recovery"` // of Recovered; 0 without any
	Recovered   uint64             `json:"calls_after_recovery"`        // since it last closed; 0 while it never did
	SecondsIn   map[string]float64 `json:"seconds_in_state"`            // by state, up to now
	History     []Transition       `json:"history"`                     // the latest first
}

// A Transition is one change of a breaker's state.
type Transition struct {
	At   time.Time `json:"at"`   // when it happened
	From string    `json:"from"` // state before
	To   string    `json:"to"`   // state after
	Why  string    `json:"why"`  // for people
}

// A Retry is one retrier's part of a [Service].
type Retry struct {
	Name                string  `json:"name"`                   // name of the retrier
	Operations          uint64  `json:"operations"`             // calls, whatever their outcome
	AttemptsPerOp       float64 `json:"attempts_per_operation"` // on average, 1 or more; 0 without calls
	SucceededAfterRetry uint64  `json:"succeeded_after_retry"`  // of Operations
	FailedAfterRetry    uint64  `json:"failed_after_retry"`     // of Operations
	DelayMS             float64 `json:"delay_ms"`               // waited in all
	Exhausted           uint64  `json:"exhausted"`              // operations that used all attempts
	NoBudget            uint64  `json:"no_budget"`              // operations that the retry budget ended
}

// A Budget is one retry budget's part of a [Service].
type Budget struct {
	Name    string  `json:"name"`    // name of the budget
	Left    float64 `json:"left"`    // in the emptiest bucket
	Burst   int     `json:"burst"`   // what each bucket may hold
	Granted uint64  `json:"granted"` // retries
	Refused uint64  `json:"refused"` // retries
	Keys    int     `json:"keys"`    // buckets held
}

// An Alert is one alert of a [View].
type Alert struct {
	At      time.Time `json:"at"`      // when it happened first
	Service string    `json:"service"` // name it was registered by
	Kind    string    `json:"kind"`    // such as "breaker opened"
	Source  string    `json:"source"`  // the breaker, retrier, budget or service
	Detail  string    `json:"detail"`  // one sentence
	Count   int       `json:"count"`   // how often, each time within a minute of the one before
}

func newView(statuses []resilience.Status, alerts []resilience.Alert, now time.Time) View {
	statuses = slices.Clone(statuses)
	slices.SortStableFunc(statuses, func(a, b resilience.Status) int {
		return cmp.Or(cmp.Compare(b.State, a.State), cmp.Compare(a.Name, b.Name))
	})
	v := View{At: now.UTC(), Services: []Service{}, Alerts: []Alert{}}
	for i := range statuses {
		v.Services = append(v.Services, viewService(&statuses[i]))
	}
	for _, a := range slices.Backward(alerts) {
		v.Alerts = append(v.Alerts, Alert{
			At: a.At.UTC(), Service: a.Service, Kind: string(a.Kind), Source: a.Source, Detail: a.Detail, Count: a.Count,
		})
	}
	return v
}

func viewService(s *resilience.Status) Service {
	v := Service{
		Name: s.Name, State: s.State.String(), Since: s.Since.UTC(),
		HealthScore: s.HealthScore, Availability: s.Availability,
		AvgMS: ms(s.AvgLatency), P95MS: ms(s.P95Latency), P99MS: ms(s.P99Latency),
		Calls: s.Calls, FailedCalls: s.FailedCalls, InFlight: s.InFlight, ErrorRate: s.ErrorRate,
		ErrorRates: byText(s.ErrorRates), Errors: byText(s.Errors),
		Checks: s.Checks, FailedChecks: s.FailedChecks, CheckSuccessRate: s.CheckSuccessRate,
		LastError: s.LastError, History: []Point{},
	}
	if !s.LastCheck.IsZero() {
		at := s.LastCheck.UTC()
		v.LastCheck = &at
	}
	for _, p := range s.History {
		v.History = append(v.History, Point{p.At.UTC(), ms(p.Latency), p.OK, p.State.String(), p.Score})
	}
	for _, b := range s.Breakers {
		v.Breakers = append(v.Breakers, viewBreaker(b))
	}
	for _, r := range s.Retriers {
		v.Retries = append(v.Retries, Retry{
			Name: r.Name, Operations: r.Operations, AttemptsPerOp: share(r.Attempts, r.Operations),
			SucceededAfterRetry: r.SucceededAfterRetry, FailedAfterRetry: r.FailedAfterRetry,
			DelayMS: ms(r.Delay), Exhausted: r.Exhausted, NoBudget: r.NoBudget,
		})
	}
	for _, b := range s.Budgets {
		v.Budgets = append(v.Budgets, Budget{b.Name, b.Left, b.Burst, b.Granted, b.Refused, b.Keys})
	}
	return v
}

func viewBreaker(b resilience.BreakerStatus) Breaker {
	v := Breaker{
		Name: b.Name, State: b.State.String(), Forced: b.Forced, Since: b.Since.UTC(), FailureRate: b.FailureRate,
		Successes: b.Successes, Failures: b.Failures, Refused: b.Refused,
		AfterOpen: share(b.RecoveredSuccesses, b.RecoveredCalls), Recovered: b.RecoveredCalls,
		SecondsIn: make(map[string]float64), History: []Transition{},
	}
	for state, d := range b.TimeIn {
		v.SecondsIn[resilience.State(state).String()] = d.Seconds()
	}
	for _, t := range slices.Backward(b.History) {
		v.History = append(v.History, Transition{t.At.UTC(), t.From.String(), t.To.String(), t.Why})
	}
	return v
}

func byText[K ~string, V any](m map[K]V) map[string]V {
	text := make(map[string]V, len(m))
	for k, v := range m {
		text[string(k)] = v
	}
	return text
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func share(n, of uint64) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}
