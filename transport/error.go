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
	Kind       Kind          // what went wrong, out of a closed set
	Status     int           // HTTP status of a refusal; 0 if no answer came, or if it reported success
	Message    string        // what went wrong, in the server's words if it had any; at most 4 KiB
	Operation  string        // operation id of the API document, "" outside an operation
	Graph      string        // graph id, "" if the operation has none
	Endpoint   string        // scheme://host:port that answered or should have
	RetryAfter time.Duration // how long the server asks to wait, at most a day; 0 if it does not say
	Rows       int64         // rows that a stream had delivered when it failed
	Err        error         // cause, may be nil

	// What the chain knows of the call; all zero if the error was made before it.
	RequestID string    // sent as X-Request-Id
	Attempts  []Attempt // in order; nil if none was made
	Stopped   string    // why a failure that passes got no further attempt, "" if it does not matter
	Spent     Spent     // time beside the attempts
}

// maxMessage bounds [Error.Message] in bytes.
const maxMessage = 4 << 10

// Errorf returns an error of a kind whose Message is formatted, and cut if it is
// too long.
func Errorf(kind Kind, format string, args ...any) *Error {
	message := strings.ToValidUTF8(fmt.Sprintf(format, args...), "\uFFFD")
	if len(message) > maxMessage {
		const mark = " [cut]"
		message = strings.ToValidUTF8(message[:maxMessage-len(mark)], "") + mark
	}
	return &Error{Kind: kind, Message: message}
}

// Error says which operation failed on which graph at which endpoint, the kind
// with the status, what happened, and what to do if the kind alone tells.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("kuzu: ")
	if e.Operation != "" {
		b.WriteString(e.Operation)
		if e.Graph != "" {
			fmt.Fprintf(&b, " on graph %.64q", e.Graph) // an id is not longer; what is refused as one may be
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
	e.writeHistory(&b)
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, "; retry after %v", e.RetryAfter)
	}
	// A message without a status is the library's own and has its advice in it.
	if advice := e.Kind.advice(); advice != "" && (e.Status != 0 || e.Message == "") {
		b.WriteString("; " + advice)
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

// SendError classifies what ended a request, or the reading of its answer,
// instead of a response: err is what [net/http.Client.Do] or the body returned,
// and ctx the request's context. If that has ended, its own error is visible to
// [errors.Is], and so is a cause that it was given.
func SendError(ctx context.Context, err error) *Error {
	if known, ok := errors.AsType[*Error](err); ok {
		e := *known // a layer below has said it already
		return &e
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // the URL is in Endpoint, the method in Operation
	}
	// net/http reports why a context ended and not that it did.
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
		err = fmt.Errorf("%w: %w", ended, err)
	}
	e := &Error{Kind: KindUnavailable, Err: err}
	timeout, _ := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, context.Canceled):
		e.Kind = KindCanceled
	case ctx.Err() == nil && isDial(err):
		// Not a slow answer: nobody was there to give one.
	case errors.Is(err, context.DeadlineExceeded), timeout != nil && timeout.Timeout():
		e.Kind = KindTimeout
	default:
		e.Message = tlsAdvice(err)
	}
	return e
}

func isDial(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}
