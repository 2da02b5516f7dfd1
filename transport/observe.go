package transport

import (
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
)

// ObserveSettings say what the chain tells about its calls.
type ObserveSettings struct {
	// Logger takes the lines; nil for [slog.Default] as of the making of the chain.
	Logger *slog.Logger
}

// observer tells what happens.
type observer struct{ logger *slog.Logger }

func newObserver(s ObserveSettings) *observer {
	o := &observer{logger: s.Logger}
	if o.logger == nil {
		o.logger = slog.Default()
	}
	return o
}

// observed is what is prepared of an operation.
type observed struct{}

func newObserved(Operation) observed { return observed{} }

// layerObserve sees the call as its caller does.
type layerObserve struct {
	next http.RoundTripper
	*observer
}

func (l layerObserve) RoundTrip(req *http.Request) (*http.Response, error) {
	t := tripOf(req.Context())
	if t.id = req.Header.Get(requestIDHeader); t.id == "" {
		t.id = newRequestID()
		t.headers[0] = header{requestIDHeader, [1]string{t.id}}
	}
	resp, err := l.next.RoundTrip(req)
	if err != nil || !t.open {
		t.finish(err)
	}
	return resp, err
}

// finish ends the call: with its answer, or with the body of that if it is
// handed up as it comes.
func (t *trip) finish(_ error) {
	if t.ended.Swap(true) {
		return
	}
	if t.leave != nil {
		t.leave()
	}
}

const requestIDHeader = "X-Request-Id"

func newRequestID() string {
	var digits [16]byte
	const zeros = "0000000000000000"
	id := strconv.AppendUint(digits[:0], rand.Uint64(), 16)
	return zeros[len(id):] + string(id)
}

func (o *observer) routed(*trip, *attempt)    {}
func (o *observer) attempted(*trip, *attempt) {}
func (o *observer) retrying(*trip, *attempt)  {}
func (o *observer) watch(*server)             {}

func portOf(u *url.URL) int {
	port, err := strconv.Atoi(u.Port())
	switch {
	case err == nil:
		return port
	case u.Scheme == "https":
		return 443
	default:
		return 80
	}
}
