package transport

import (
	"context"
	"net/url"
	"time"
)

// Call is one call of an operation, which may take several attempts.
type Call struct {
	Operation  string // operation id of the API document
	Graph      string // graph that it is about, "" if none
	Write      bool   // it may change something
	Idempotent bool   // done twice it leaves what it leaves when done once
}

// Endpoint is a server that an attempt can be sent to.
type Endpoint struct {
	URL      *url.URL // scheme and host only; shared, so never changed
	ReadOnly bool     // a replica: it is sent no writes
	// Direct: nothing stands between us and the server that speaks HTTP itself,
	// so that how a connection ends says something about the server.
	Direct bool
	// Busy: the server is known to be loading data, during which it answers
	// nothing. Its silence is then held against it even less.
	Busy bool
}

// Resolver knows which server an attempt goes to. It is safe for concurrent use.
type Resolver interface {
	// Resolve names the endpoint of the next attempt of a call. tried are the
	// endpoints of the attempts before, in order; if there is no other one, it
	// names one of them again. Its error, an [*Error], ends the call.
	Resolve(ctx context.Context, call Call, tried []Endpoint) (Endpoint, error)

	// Report tells how an attempt at an endpoint ended, and how long it took until
	// the head of its answer or its failure, with the making of a connection. It
	// is called once an attempt and must not block.
	Report(call Call, endpoint Endpoint, outcome Outcome, took time.Duration)
}

// Outcome is what an attempt says about its endpoint.
type Outcome uint8

// The outcomes.
const (
	// OutcomeAnswered: the server gave an answer of its own, be it a refusal.
	OutcomeAnswered Outcome = iota + 1
	// OutcomeSlow: a connection stands and no answer came. The server may be
	// busy with a long statement, during which it answers nothing.
	OutcomeSlow
	// OutcomeDead: nobody listens, the connection broke, or only what stands in
	// front of the server answered.
	OutcomeDead
	// OutcomeMisplaced: the server answered that it does not have the graph, or
	// takes no writes.
	OutcomeMisplaced
	// OutcomeUnknown: the attempt ended for a reason of ours, such as the
	// caller's cancel.
	OutcomeUnknown
)

// KeyProvider knows the API key. It is safe for concurrent use.
type KeyProvider interface {
	// Key returns the key to send, "" for none.
	Key(ctx context.Context) (string, error)

	// Refresh returns the key after a server has refused the one given; the same
	// one if there is no newer.
	Refresh(ctx context.Context, refused string) (string, error)
}
