package resilience

import (
	"context"
	"errors"
	"time"
)

// Begin tells the tracker that a call to a service begins; the function
// returned must be called once with its outcome. A call whose context was
// canceled is not counted. Calls to a service that is not registered are
// ignored.
func (t *Tracker) Begin(ctx context.Context, name string) (done func(error)) {
	s := t.find(name)
	if s == nil {
		return func(error) {}
	}
	began := s.begin()
	return func(err error) { t.end(ctx, s, began, err) }
}

// Record tells the tracker of a call that is over, in the place of Begin. A
// latency below 0 says that nobody measured it: the call then counts for
// everything but latencies.
func (t *Tracker) Record(name string, latency time.Duration, err error) {
	if s := t.find(name); s != nil {
		if e, ok := s.called(latency, err); ok {
			t.alerts.give(s.name, e)
		}
	}
}

func (s *service) begin() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inFlight++
	return time.Now()
}

func (t *Tracker) end(ctx context.Context, s *service, began time.Time, err error) {
	s.mu.Lock()
	s.inFlight--
	s.mu.Unlock()
	if err != nil && gaveUp(ctx) {
		return
	}
	if e, ok := s.called(time.Since(began), err); ok {
		t.alerts.give(s.name, e)
	}
}

// Observe returns a policy that reports what is inside it as calls to the
// service; see Begin. The service may be registered later.
func (t *Tracker) Observe(name string) Policy {
	return &observer{tracker: t, name: name}
}

type observer struct {
	tracker *Tracker
	name    string
}

func (o *observer) Err() error {
	if o.name == "" {
		return errors.New("resilience: Observe: the name of the service is empty")
	}
	return nil
}

func (o *observer) run(ctx context.Context, next step) error {
	done := o.tracker.Begin(ctx, o.name)
	ended := false
	defer func() {
		if !ended {
			done(errPanic)
		}
	}()
	err := next.do(ctx)
	ended = true
	done(err)
	return err
}
