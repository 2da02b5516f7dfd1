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
	At       time.Time `json:"at"`
	Services []Service `json:"services"` // the gravest state first, then by name
	Alerts   []Alert   `json:"alerts"`   // the latest first
}

// A Service is one service's part of a [View].
type Service struct {
	Name             string             `json:"name"`
	State            string             `json:"state"`
	Since            time.Time          `json:"since"`
	HealthScore      float64            `json:"health_score"`
	Availability     float64            `json:"availability_percent"`
	AvgMS            float64            `json:"avg_latency_ms"`
	P95MS            float64            `json:"p95_latency_ms"`
	P99MS            float64            `json:"p99_latency_ms"`
	Calls            uint64             `json:"calls"`
	FailedCalls      uint64             `json:"failed_calls"`
	InFlight         int                `json:"in_flight"`
	ErrorRate        float64            `json:"error_rate"`
	ErrorRates       map[string]float64 `json:"error_rates,omitempty"`
	Errors           map[string]uint64  `json:"errors,omitempty"`
	Checks           uint64             `json:"checks"`
	FailedChecks     uint64             `json:"failed_checks"`
	CheckSuccessRate float64            `json:"check_success_rate"`
	LastCheck        *time.Time         `json:"last_check,omitempty"`
	LastError        string             `json:"last_error,omitempty"`
	History          []Point            `json:"history"`
	Breakers         []Breaker          `json:"breakers,omitempty"`
	Retries          []Retry            `json:"retries,omitempty"`
	Budgets          []Budget           `json:"budgets,omitempty"`
}

// A Point is one point of a service's history.
type Point struct {
	At        time.Time `json:"at"`
	LatencyMS float64   `json:"latency_ms"`
	OK        bool      `json:"ok"`
	State     string    `json:"state"`
	Score     float64   `json:"score"`
}

// A Breaker is one breaker's part of a [Service].
type Breaker struct {
	Name        string             `json:"name"`
	State       string             `json:"state"`
	Forced      bool               `json:"forced"`
	Since       time.Time          `json:"since"`
	FailureRate float64            `json:"failure_rate"`
	Successes   uint64             `json:"successes"`
	Failures    uint64             `json:"failures"`
	Refused     uint64             `json:"refused"`
	AfterOpen   float64            `json:"success_rate_after_recovery"`
	Recovered   uint64             `json:"calls_after_recovery"`
	SecondsIn   map[string]float64 `json:"seconds_in_state"`
	History     []Transition       `json:"history"` // the latest first
}

// A Transition is one change of a breaker's state.
type Transition struct {
	At   time.Time `json:"at"`
	From string    `json:"from"`
	To   string    `json:"to"`
	Why  string    `json:"why"`
}

// A Retry is one retrier's part of a [Service].
type Retry struct {
	Name                string  `json:"name"`
	Operations          uint64  `json:"operations"`
	AttemptsPerOp       float64 `json:"attempts_per_operation"`
	SucceededAfterRetry uint64  `json:"succeeded_after_retry"`
	FailedAfterRetry    uint64  `json:"failed_after_retry"`
	DelayMS             float64 `json:"delay_ms"`
	Exhausted           uint64  `json:"exhausted"`
	NoBudget            uint64  `json:"no_budget"`
}

// A Budget is one retry budget's part of a [Service].
type Budget struct {
	Name    string  `json:"name"`
	Left    float64 `json:"left"` // in the emptiest bucket
	Burst   int     `json:"burst"`
	Granted uint64  `json:"granted"`
	Refused uint64  `json:"refused"`
	Keys    int     `json:"keys"`
}

// An Alert is one alert of a [View].
type Alert struct {
	At      time.Time `json:"at"`
	Service string    `json:"service"`
	Kind    string    `json:"kind"`
	Source  string    `json:"source"`
	Detail  string    `json:"detail"`
	Count   int       `json:"count"`
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
