package resilience

import (
	"context"
	"sync"
	"time"

	"github.com/mercari/go-circuitbreaker"
)

// A CircuitBreaker keeps calls from a service that fails: closed, it lets all
// through; open, none; half-open, a few that test the service. Make one with
// [Breaker]. It holds no goroutine and needs no Close.
type CircuitBreaker struct {
	name     string
	settings BreakerSettings
	err      error
	bell     bell[Event]

	mu      sync.Mutex // guards all below, and every call of a method of machine
	machine *circuitbreaker.CircuitBreaker
	window  *window // nil without Settings.Window
	status
}

// status is what the machine's hook and the results of calls change. It
// requires external locking.
type status struct {
	state      State
	forced     bool
	generation uint64    // grows with each transition: a result counts only in its own
	openings   uint64    // tells the timer of this opening from those before
	since      time.Time // when the state was entered
	probes     int       // calls let through while half-open
	wave       time.Time // when the present probes' places were given out
	row        bool      // the machine has counted failures since the last success that it was told of
	tripped    string    // why the breaker opened
	told       bool      // an event waits in the bell
	tally
}

// Breaker returns a closed breaker. The name is for errors, events and the
// page.
func Breaker(name string, settings BreakerSettings) *CircuitBreaker {
	b := &CircuitBreaker{name: name, settings: settings, err: settings.check(name)}
	b.since = time.Now()
	if b.err == nil {
		b.machine = newMachine(b)
		if settings.Window > 0 {
			b.window = newWindow(settings.Window)
		}
	}
	return b
}

// Name returns the name given to [Breaker].
func (b *CircuitBreaker) Name() string { return b.name }

// Err returns what is wrong with the settings.
func (b *CircuitBreaker) Err() error { return b.err }

// State returns the state as of now.
func (b *CircuitBreaker) State() State {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.state
}

// Notify has hear called with [BreakerOpened], [BreakerHalfOpened] and
// [BreakerClosed] events until stop is called. It runs outside the breaker's
// lock, in order, in the goroutine that brought the event about.
func (b *CircuitBreaker) Notify(hear func(Event)) (stop func()) { return b.bell.notify(hear) }

// Acquire asks to make a call, for code that is not a function to wrap. If the
// error is nil, done must be called once with the outcome; later calls of it do
// nothing. Otherwise the call must not be made.
func (b *CircuitBreaker) Acquire(ctx context.Context) (done func(error), err error) {
	p, err := b.admit()
	if err != nil {
		return nil, err
	}
	var once sync.Once
	return func(err error) {
		once.Do(func() { b.settle(ctx, p, err) })
	}, nil
}

// A Permit is the leave to make one call, as [CircuitBreaker.Admit] gives it.
type Permit struct {
	breaker *CircuitBreaker
	permit
}

// Admit is Acquire for code that makes very many calls: it allocates nothing, and
// leaves it to the caller that [Permit.Done] is called exactly once.
func (b *CircuitBreaker) Admit() (Permit, error) {
	p, err := b.admit()
	if err != nil {
		return Permit{}, err
	}
	return Permit{breaker: b, permit: p}, nil
}

// Done tells the outcome of the call; ctx is the one that the call was made with.
func (p Permit) Done(ctx context.Context, err error) { p.breaker.settle(ctx, p.permit, err) }

func (b *CircuitBreaker) run(ctx context.Context, next step) error {
	p, err := b.admit()
	if err != nil {
		return err
	}
	ended := false
	defer func() {
		if !ended {
			b.panicked(p)
		}
	}()
	err = next.do(ctx)
	ended = true
	b.settle(ctx, p, err)
	return err
}

// ForceOpen refuses all calls, and ForceClosed lets all through whatever their
// outcome, until Release.
func (b *CircuitBreaker) ForceOpen() { b.force(StateOpen, true, "forced open") }

// ForceClosed lets all calls through until Release; see ForceOpen.
func (b *CircuitBreaker) ForceClosed() { b.force(StateClosed, true, "forced closed") }

// Release ends ForceOpen and ForceClosed: the breaker is closed and starts to
// count anew. Without one of them before, it does the same to any breaker.
func (b *CircuitBreaker) Release() { b.force(StateClosed, false, "released") }

func (b *CircuitBreaker) force(s State, forced bool, why string) {
	if b.err != nil {
		return
	}
	b.mu.Lock()
	b.forced = true   // keeps the hook of the next line quiet
	b.machine.Reset() // stops the timer of an open state
	b.forced = forced
	b.enter(s, why)
	b.told = false
	b.mu.Unlock()
	b.bell.ring()
}
