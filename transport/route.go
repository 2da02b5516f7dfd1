package transport

import (
	"io"
	"net/http"
	"net/url"
	"slices"
)

// layerRoute asks the resolver where to go, for every attempt anew, and tells
// it how the attempt ended.
type layerRoute struct {
	next http.RoundTripper
	*Chain
}

func (l layerRoute) RoundTrip(req *http.Request) (*http.Response, error) {
	t := tripOf(req.Context())
	var open error // that a breaker was, at all endpoints so far
	for {
		endpoint, err := t.destination()
		switch {
		case err != nil && open != nil:
			return nil, open
		case err != nil:
			return nil, l.unroutable(t, err)
		case open != nil && slices.ContainsFunc(t.tried, endpoint.same):
			return nil, open // there is no other
		case t.Write && endpoint.ReadOnly:
			e := Errorf(KindForbidden, "the endpoint is a read-only replica and this is a write; ask for a client for writing")
			e.Endpoint = endpoint.name()
			return nil, e
		}
		a := t.begin(endpoint)
		a.url = endpoint.lead(req.URL)
		out := req
		if a != t.first {
			out = new(http.Request)
			*out = *req
		}
		out.URL, out.Host = a.url, ""
		if out.Body, err = t.body(); err != nil {
			return nil, Errorf(KindInvalidRequest, "the request body cannot be had again: %v", err)
		}
		if t.stream {
			setDirect(req.Context(), endpoint.Direct)
		}
		l.observe.routed(t, a)
		resp, err := l.next.RoundTrip(out)
		if refusal := a.open; refusal != nil {
			// Nothing was asked, so there is nothing to report.
			open = refusal
			t.attempts = t.attempts[:len(t.attempts)-1]
			continue
		}
		outcome := a.outcome
		if outcome == 0 {
			outcome = OutcomeAnswered
		}
		t.resolver.Report(t.Call, endpoint, outcome, a.took)
		l.observe.attempted(t, a)
		if outcome != OutcomeMisplaced || t.again || !t.rewindable() {
			return resp, err
		}
		// The graph has moved, or was never here: the resolver now knows that its
		// answer was wrong. If it has no other, this one stands.
		t.again = true
		endpoint, err = t.resolve()
		if err != nil || slices.ContainsFunc(t.tried, endpoint.same) {
			return resp, nil //nolint:nilerr // the server's refusal is the better answer
		}
		t.planned = endpoint
		t.extra++
		discard(resp)
	}
}

// destination names the endpoint of the next attempt.
func (t *trip) destination() (Endpoint, error) {
	if planned := t.planned; planned.URL != nil {
		t.planned = Endpoint{}
		return planned, nil
	}
	return t.resolve()
}

// resolve asks the resolver and books the time that it takes.
func (t *trip) resolve() (Endpoint, error) {
	if len(t.attempts) > 0 {
		t.lap() // since the last attempt; waits are booked where they are decided
	}
	endpoint, err := t.resolver.Resolve(t, t.Call, t.tried)
	t.spent.Discovery += t.lap()
	if err == nil && endpoint.URL == nil {
		err = Errorf(KindRouting, "the resolver named no endpoint")
	}
	return endpoint, err
}

// unroutable says that no endpoint is known.
func (c *Chain) unroutable(t *trip, err error) error {
	e := SendError(t, err)
	if e.Kind == KindUnavailable && e.Err == err { //nolint:errorlint // it was no *Error, so nothing but the resolver's text is known
		e.Kind = KindRouting
	}
	return e
}

// begin makes the record of the next attempt.
func (t *trip) begin(endpoint Endpoint) *attempt {
	a := t.first
	if a == nil || a.server != nil {
		a = &attempt{trip: t}
	}
	a.endpoint, a.server = endpoint, t.chain.servers.get(endpoint.URL)
	a.wait, t.wait = t.wait, 0
	t.attempts = append(t.attempts, a)
	t.tried = append(t.tried, endpoint)
	t.last = a
	return a
}

// body returns the request's body for the next attempt.
func (t *trip) body() (io.ReadCloser, error) {
	req := t.req
	if req.Body == nil || req.Body == http.NoBody || !t.used {
		t.used = true
		return req.Body, nil
	}
	return req.GetBody()
}

// rewindable tells whether the request can be sent once more.
func (t *trip) rewindable() bool {
	return t.req.Body == nil || t.req.Body == http.NoBody || t.req.GetBody != nil
}

// lead returns a URL at the endpoint, which is the one given if it leads there.
func (e Endpoint) lead(u *url.URL) *url.URL {
	if u.Host == e.URL.Host && u.Scheme == e.URL.Scheme && u.User == nil {
		return u
	}
	there := *u
	there.Scheme, there.Host, there.User = e.URL.Scheme, e.URL.Host, nil
	return &there
}

// same tells whether two endpoints are one server.
func (e Endpoint) same(other Endpoint) bool {
	return e.URL.Host == other.URL.Host && e.URL.Scheme == other.URL.Scheme
}

func (e Endpoint) name() string { return e.URL.Scheme + "://" + e.URL.Host }
