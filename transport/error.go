package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// Error is the one error type of the library. Everything that fails on the way
// to a server and back, or before it, is an *Error; [errors.As] finds it
// through every wrap.
type Error struct {
	Kind       Kind
	Status     int           // HTTP status, 0 if there was no answer
	Message    string        // what went wrong, in the server's words if it had any; at most 4 KiB
	Operation  string        // operation id of the API document, "" outside an operation
	Graph      string        // graph id, "" if the operation has none
	Endpoint   string        // scheme://host:port that answered or should have
	RetryAfter time.Duration // how long the server asks to wait, 0 if it does not say
	Err        error         // cause, may be nil
}

// Error says which operation failed on which graph at which endpoint, the kind
// with the status, what happened, and what to do if the kind alone tells.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("kuzu: ")
	if e.Operation != "" {
		b.WriteString(e.Operation)
		if e.Graph != "" {
			fmt.Fprintf(&b, " on graph %q", e.Graph)
		}
		if e.Endpoint != "" {
			b.WriteString(" at " + e.Endpoint)
		}
		b.WriteString(": ")
	}
	b.WriteString(e.Kind.String())
	if e.Status != 0 {
		fmt.Fprintf(&b, " (%d)", e.Status)
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, "; retry after %v", e.RetryAfter)
	}
	if int(e.Kind) < len(kinds) && kinds[e.Kind].advice != "" {
		b.WriteString("; " + kinds[e.Kind].advice)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is the sentinel of the error's kind.
func (e *Error) Is(target error) bool {
	s, ok := target.(sentinel)
	if !ok {
		return false
	}
	return Kind(s) == e.Kind || (Kind(s) == KindUnavailable && e.Kind == KindCircuitOpen)
}

// SendError classifies what [net/http.Client.Do] returned instead of a
// response. The context's own error stays visible to [errors.Is].
func SendError(err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		e := *known // a layer below has said it already
		return &e
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err // the URL is in Endpoint, the method in Operation
	}
	e := &Error{Kind: KindUnavailable, Err: err}
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled):
		e.Kind = KindCanceled
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		e.Kind = KindTimeout
	}
	return e
}
