package transport

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

// ChainSettings set up a [Chain]. Start from [DefaultChainSettings]; zero is
// never replaced by a default. What is zero switches its layer off, so that each
// layer can be had alone: with Transport and its own field, and nothing else.
type ChainSettings struct {
	// Operations is the table of the API. What is not in it is treated by its
	// method alone: GET and HEAD read, PUT and DELETE may be done twice, all else
	// is a write.
	Operations []Operation
	// Keys gives the API key; nil leaves requests as they are.
	Keys KeyProvider
	// Timeout bounds each attempt; 0 for no bound. Some operations have limits of
	// their own; see docs/timeouts.md.
	Timeout time.Duration
	// Timeouts replace the limits of single operations, by operation id.
	Timeouts map[string]Timeouts

	Retry RetrySettings // how often and when a failed attempt is repeated
	// Breaker counts what shows a server to be dead, and Busy its silence; both
	// nil for no breakers.
	Breaker, Busy *resilience.BreakerSettings
	// Rate bounds the calls of all clients of the chain together; nil for no bound.
	Rate *resilience.ThrottleSettings
	// Bulkhead bounds the calls to one graph at once; nil for no bound.
	Bulkhead *resilience.BulkheadSettings

	// Streams guards streamed results; whether a way is direct, the endpoints say.
	// Zero hands them up as they come, also those that break off.
	Streams StreamSettings
	Observe ObserveSettings // where spans, metrics and log lines go
	Base    BaseSettings    // the pool of connections, unless Transport is set
	// Transport sends the requests instead of a pool made from Base, if it is
	// not nil. The chain does not close it. Of one that is no *http.Transport it
	// cannot be known whether a failed attempt was sent: writes are then repeated
	// only if the server says that it did not begin.
	Transport http.RoundTripper
}

// DefaultChainSettings returns what the specification of the client factory
// says: 30 s an attempt, 3 retries after 1, 2 and 4 s with up to 10 % more by
// chance, breakers that 5 failures open for 60 s, 100 connections to a server.
// What it does not speak of: 20 silences in a row open a breaker, and retries
// have a budget.
func DefaultChainSettings(operations []Operation) ChainSettings {
	budget := resilience.DefaultBudget()
	breaker, busy := resilience.ClientBreaker(), resilience.ClientBreaker()
	busy.FailureThreshold = 20
	return ChainSettings{
		Operations: operations,
		Timeout:    30 * time.Second,
		Retry:      RetrySettings{MaxRetries: 3, Delay: time.Second, Factor: 2, Jitter: 0.1, MaxDelay: time.Minute, Budget: &budget},
		Breaker:    &breaker,
		Busy:       &busy,
		Bulkhead:   &resilience.BulkheadSettings{Name: "graph", Concurrent: 100, Queue: 1000, QueueTimeout: 30 * time.Second},
		Streams:    DefaultStreamSettings(),
		Base:       DefaultBaseSettings(),
	}
}

// Chain is what lies between clients and servers, with the state that they
// share: connections, breakers, budgets. One serves a whole process. It is safe
// for concurrent use.
type Chain struct {
	operations    *operationTable
	retry         RetrySettings
	streamSilence time.Duration
	servers       *servers
	budget        *resilience.Budget // nil for no bound
	observe       *observer
	base          *base
	stop          func() error // ends what observes the pool
	first         http.RoundTripper
}

// NewChain puts the layers in order, the outermost first: observe, limit,
// stream, retry, route, breaker, attempt, auth, base. Its error, of
// [KindConfiguration], names every setting that is wrong.
func NewChain(s ChainSettings) (*Chain, error) {
	c := &Chain{retry: s.Retry, servers: &servers{byURL: make(map[serverKey]*server)}}
	faults := []error{s.check()}
	var err error
	if s.Breaker != nil && s.Busy != nil {
		if c.servers.dead, err = resilience.NewBreakers(*s.Breaker); err != nil {
			faults = append(faults, inSetting("Breaker", err))
		}
		if c.servers.busy, err = resilience.NewBreakers(*s.Busy); err != nil {
			faults = append(faults, inSetting("Busy", err))
		}
	}
	if s.Retry.Budget != nil {
		c.budget = resilience.NewBudget(*s.Retry.Budget)
		if err := c.budget.Err(); err != nil {
			faults = append(faults, inSetting("Retry.Budget", err))
		}
	}
	if c.observe, err = newObserver(s.Observe); err != nil {
		faults = append(faults, inSetting("Observe", err))
	}
	limits, err := newLimits(s)
	faults = append(faults, err)
	if c.base, err = newBase(s.Base, s.Transport, c.observe.logger); err != nil {
		faults = append(faults, err)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, &Error{Kind: KindConfiguration, Err: err}
	}
	c.servers.made = c.observe.watch
	if c.stop, err = c.observe.metrics.observePool(c.base); err != nil {
		return nil, &Error{Kind: KindConfiguration, Err: inSetting("Observe.MeterProvider", err)}
	}
	c.operations = newOperationTable(s.Operations, s.timeoutsOf)
	if s.Timeout > 0 {
		c.streamSilence = max(s.Timeout, engineLimit)
	}
	var rt http.RoundTripper = c.base
	rt = layerAuth{next: rt, keys: s.Keys}
	rt = layerAttempt{next: rt}
	rt = layerBreaker{next: rt}
	rt = layerRoute{next: rt, Chain: c}
	rt = newLayerRetry(s.Retry, rt)
	if s.Streams != (StreamSettings{}) {
		rt = &streams{next: rt, ask: askAside{Chain: c, next: rt}, settings: s.Streams}
	}
	rt = layerLimit{next: rt, limits: limits}
	c.first = layerObserve{next: rt, observer: c.observe}
	return c, nil
}

func inSetting(name string, err error) error { return fmt.Errorf("%s: %w", name, err) }

// timeoutsOf returns the limits of an operation.
func (s *ChainSettings) timeoutsOf(op Operation) Timeouts {
	if own, ok := s.Timeouts[op.ID]; ok {
		return own
	}
	return defaultTimeouts(op, s.Timeout)
}

// check tells all that is wrong with the settings that are not checked where
// they are used.
func (s *ChainSettings) check() error {
	var faults []error
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	refuse(s.Timeout < 0, "Timeout: %v; it must be positive, or 0 for no bound", s.Timeout)
	refuse(s.Retry.MaxRetries < 0 || s.Retry.MaxRetries > 100, "Retry.MaxRetries: %d; it may be 0 to 100", s.Retry.MaxRetries)
	refuse(s.Retry.Delay < 0, "Retry.Delay: %v; it must not be negative", s.Retry.Delay)
	refuse(s.Retry.MaxRetries != 0 && !(s.Retry.Factor >= 1 && s.Retry.Factor <= 100), "Retry.Factor: %v; it may be 1 to 100", s.Retry.Factor)
	refuse(!(s.Retry.Jitter >= 0 && s.Retry.Jitter <= 1), "Retry.Jitter: %v; it may be 0 to 1", s.Retry.Jitter)
	refuse(s.Retry.MaxDelay < s.Retry.Delay, "Retry.MaxDelay: %v; it must not be less than Retry.Delay, %v", s.Retry.MaxDelay, s.Retry.Delay)
	refuse(s.Retry.Writes > RetryWritesAlways, "Retry.Writes: %d; it may be RetryWritesSafe or RetryWritesAlways", s.Retry.Writes)
	refuse((s.Breaker == nil) != (s.Busy == nil), "Breaker and Busy: one of them is nil; have both or neither")
	known := make(map[string]bool)
	for i, op := range s.Operations {
		refuse(op.ID == "" || op.ID == otherOperation || known[op.ID], "Operations[%d]: its id %q is empty, taken or reserved", i, op.ID)
		refuse(op.Method == "" || op.Path == "" || op.Path[0] != '/', "Operations[%d]: %s lacks a method, or a path that begins with /", i, op.ID)
		refuse(op.Access > AccessStatement, "Operations[%d]: %s has an unknown access", i, op.ID)
		known[op.ID] = true
	}
	for id, limits := range s.Timeouts {
		refuse(!known[id], "Timeouts: there is no operation %q", id)
		refuse(limits.Attempt < 0 || limits.Silence < 0, "Timeouts: that of %s is negative", id)
	}
	return errors.Join(faults...)
}

// For returns the chain for calls whose way resolver knows. It costs nothing
// but itself: make one a call if that serves. With nil, requests go where their
// own URL leads, and the key with them: ask nobody else then.
func (c *Chain) For(resolver Resolver) http.RoundTripper {
	if resolver == nil {
		resolver = asAsked{}
	}
	return &routed{chain: c, resolver: resolver}
}

// routed is where a call enters the chain.
type routed struct {
	chain    *Chain
	resolver Resolver
}

func (r *routed) RoundTrip(req *http.Request) (*http.Response, error) {
	t := r.chain.newTrip(req, r.resolver)
	return r.chain.first.RoundTrip(t.request())
}

// askAside carries what the stream layer asks on behalf of a call as a call of
// its own, which takes no place of the bulkhead beside that of the stream.
type askAside struct {
	*Chain
	next http.RoundTripper
}

func (a askAside) RoundTrip(req *http.Request) (*http.Response, error) {
	behalf := tripOf(req.Context())
	t := a.newTrip(req, behalf.resolver)
	t.id, t.added = behalf.id, behalf.added
	resp, err := a.next.RoundTrip(t.request())
	if err == nil { // who answered may not be who sent the stream
		answered := *resp.Request
		answered.URL = t.last.url
		resp.Request = &answered
	}
	return resp, err
}

// Forget drops what is kept of an endpoint that is gone for good: its breakers
// and figures.
func (c *Chain) Forget(endpoint *url.URL) { c.servers.forget(endpoint) }

// Close closes idle connections and ends the metrics of the pool. Calls that are
// under way go on.
func (c *Chain) Close() error {
	c.base.CloseIdleConnections()
	return c.stop()
}
