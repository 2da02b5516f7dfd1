package resilience

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
)

// ErrClosed says that the tracker was closed.
var ErrClosed = errors.New("resilience: tracker closed")

// A Tracker watches the health of services: by checks of its own, and by what
// others report about their calls.
type Tracker struct {
	alerts alerts
	ctx    context.Context //nolint:containedctx // the lifetime of the checks, not a call's
	stop   context.CancelFunc
	wg     sync.WaitGroup

	mu       sync.RWMutex // guards all below
	services map[string]*watched
	closed   bool
}

type watched struct {
	*service
	cancel context.CancelFunc // ends its checks
}

// NewTracker returns a tracker without services. Close it when it is no longer
// needed.
func NewTracker() *Tracker {
	t := &Tracker{services: make(map[string]*watched)}
	t.ctx, t.stop = context.WithCancel(context.Background())
	return t
}

// Register begins to watch a service. The first check comes within a tenth of
// the interval. It fails if the settings are wrong, the name is taken or the
// tracker is closed.
func (t *Tracker) Register(name string, settings ServiceSettings) error {
	if err := settings.check(name); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return ErrClosed
	}
	if t.services[name] != nil {
		return fmt.Errorf("resilience: service %q is registered already", name)
	}
	s := newService(name, settings)
	t.alerts.follow(s)
	ctx, cancel := context.WithCancel(t.ctx)
	t.services[name] = &watched{service: s, cancel: cancel}
	if settings.Check != nil {
		t.wg.Go(func() { t.watch(ctx, s) })
	}
	return nil
}

// Unregister ends the watch over a service. It does not wait for a check that
// is under way.
func (t *Tracker) Unregister(name string) {
	t.mu.Lock()
	w := t.services[name]
	delete(t.services, name)
	t.mu.Unlock()
	if w != nil {
		w.end()
	}
}

func (w *watched) end() {
	w.cancel()
	for _, stop := range w.stops {
		stop()
	}
}

// watch checks s until ctx ends.
func (t *Tracker) watch(ctx context.Context, s *service) {
	interval := s.settings.Interval
	for wait := rand.N(interval/10 + 1); pause(ctx, wait); {
		_ = t.check(ctx, s)
		wait = interval - interval/10 + rand.N(interval/5+1)
	}
}

// Check checks a service now, besides its schedule, and returns the check's
// error. Its outcome counts like that of any check, unless ctx is canceled.
func (t *Tracker) Check(ctx context.Context, name string) error {
	s := t.find(name)
	if s == nil {
		return unknown(name)
	}
	if s.settings.Check == nil {
		return fmt.Errorf("resilience: service %q has no check", name)
	}
	return t.check(ctx, s)
}

func (t *Tracker) check(ctx context.Context, s *service) error {
	limited, cancel := context.WithTimeout(ctx, s.settings.Timeout)
	defer cancel()
	began := time.Now()
	err := runCheck(limited, s.settings.Check)
	if err != nil && gaveUp(ctx) {
		return err // it was ended from outside, so it tells nothing
	}
	if e, ok := s.checked(time.Since(began), err); ok {
		t.alerts.give(s.name, e)
	}
	return err
}

// runCheck makes an error of a panic: a check runs where nobody else could
// recover it.
func runCheck(ctx context.Context, check func(context.Context) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w in the health check: %v", errPanic, p)
		}
	}()
	return check(ctx)
}

// Notify has hear called with each new alert, until stop is called. It runs
// outside all locks, in order, in the goroutine that brought the alert about.
func (t *Tracker) Notify(hear func(Alert)) (stop func()) { return t.alerts.bell.notify(hear) }

// Alerts returns the latest 50 alerts, oldest first.
func (t *Tracker) Alerts() []Alert { return t.alerts.list() }

// Status returns what is known about a service, and whether it is registered.
func (t *Tracker) Status(name string) (Status, bool) {
	s := t.find(name)
	if s == nil {
		return Status{}, false
	}
	return s.status(), true
}

// All returns the status of all services, by name in ascending order.
func (t *Tracker) All() []Status {
	t.mu.RLock()
	services := make([]*service, 0, len(t.services))
	for _, w := range t.services {
		services = append(services, w.service)
	}
	t.mu.RUnlock()
	slices.SortFunc(services, func(a, b *service) int { return strings.Compare(a.name, b.name) })
	all := make([]Status, len(services))
	for i, s := range services {
		all[i] = s.status()
	}
	return all
}

// Close ends all checks, waits for those under way, and ends the subscriptions
// to policies. What is known stays readable. Closing twice does nothing.
func (t *Tracker) Close() {
	t.mu.Lock()
	if t.closed {
		t.mu.Unlock()
		return
	}
	t.closed = true
	t.stop()
	for _, w := range t.services {
		w.end()
	}
	t.mu.Unlock()
	t.wg.Wait()
}

func (t *Tracker) find(name string) *service {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if w := t.services[name]; w != nil {
		return w.service
	}
	return nil
}

func unknown(name string) error { return fmt.Errorf("resilience: no service %q is registered", name) }
