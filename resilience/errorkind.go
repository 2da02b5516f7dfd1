package resilience

import (
	"context"
	"errors"
	"net"
	"syscall"
)

// An ErrorKind names a sort of failure in a service's figures. Besides those
// below, a service's Classify may give others; a service counts at most 16
// kinds, and the rest as KindOther.
type ErrorKind string

// The kinds that [Classify] gives.
const (
	// KindTimeout: no answer came in time, from a service that may be busy.
	KindTimeout ErrorKind = "timeout"
	// KindConnectionRefused: nobody listens there.
	KindConnectionRefused ErrorKind = "connection refused"
	// KindUnreachable: no connection came about for another reason.
	KindUnreachable ErrorKind = "unreachable"
	// KindRefused: a policy did not let the call through. It is counted, but
	// says nothing about the service.
	KindRefused ErrorKind = "not sent"
	// KindPanic: the function panicked.
	KindPanic ErrorKind = "panic"
	// KindOther is any other error.
	KindOther ErrorKind = "error"
)

const maxErrorKinds = 16

// errPanic stands for a panic where an error is wanted.
var errPanic = errors.New("panic")

// Classify sorts errors in general. A server that works on something else
// accepts connections and does not answer, while a dead one does not accept
// them: that is why time that runs out before there is a connection is not
// KindTimeout, as far as the error tells.
func Classify(err error) ErrorKind {
	var dial *net.OpError
	switch {
	case errors.Is(err, errPanic):
		return KindPanic
	case refused(err):
		return KindRefused
	case errors.Is(err, syscall.ECONNREFUSED):
		return KindConnectionRefused
	case errors.As(err, &dial) && dial.Op == "dial":
		return KindUnreachable
	}
	var timeout net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
		return KindTimeout
	}
	return KindOther
}
