package resilience

import (
	"slices"
	"sync"
	"time"
)

// An Alert is something about a service that people should know: its health
// degraded or recovered, a breaker on the way to it opened, retries were
// exhausted, or a retry budget ran out.
type Alert struct {
	Service string // name it was registered by
	Event
	// Count is how often the same happened, and Last when it did lately: within
	// a minute of the one before, it is no new alert.
	Count int
	Last  time.Time // see Count
}

const (
	maxAlerts   = 50
	alertsApart = time.Minute
)

// alerting are the events that become alerts.
var alerting = map[EventKind]bool{
	BreakerOpened: true, RetriesExhausted: true, BudgetEmpty: true, HealthDegraded: true, HealthRecovered: true,
}

// alerts keeps the latest ones and tells the listeners of new ones.
type alerts struct {
	bell bell[Alert]
	mu   sync.Mutex // guards log
	log  []Alert
}

// follow makes alerts of the events of a service's policies.
func (a *alerts) follow(s *service) {
	hear := func(e Event) {
		if alerting[e.Kind] {
			a.give(s.name, e)
		}
	}
	for _, b := range s.settings.Breakers {
		s.stops = append(s.stops, b.Notify(hear))
	}
	for _, r := range s.settings.Retriers {
		s.stops = append(s.stops, r.Notify(hear))
	}
	for _, b := range s.settings.Budgets {
		s.stops = append(s.stops, b.Notify(hear))
	}
}

func (a *alerts) give(service string, e Event) {
	alert := Alert{Service: service, Event: e, Count: 1, Last: e.At}
	if a.add(alert) {
		a.bell.push(alert)
		a.bell.ring()
	}
}

// add returns whether the alert is a new one. Health changes always are.
func (a *alerts) add(alert Alert) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if alert.Kind != HealthDegraded && alert.Kind != HealthRecovered {
		for i := len(a.log) - 1; i >= 0; i-- {
			old := &a.log[i]
			if old.Service == alert.Service && old.Kind == alert.Kind && old.Source == alert.Source && old.Key == alert.Key &&
				alert.At.Sub(old.Last) < alertsApart {
				old.Count++
				old.Last = alert.At
				return false
			}
		}
	}
	if len(a.log) == maxAlerts {
		a.log = slices.Delete(a.log, 0, 1)
	}
	a.log = append(a.log, alert)
	return true
}

func (a *alerts) list() []Alert {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.log)
}
