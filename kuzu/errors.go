package kuzu

import (
	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/transport"
)

// Error is the one error type of the library; see [transport.Error].
type Error = transport.Error

// Kind says what went wrong; see [transport.Kind].
type Kind = transport.Kind

// The kinds of errors.
const (
	KindSyntax         = transport.KindSyntax
	KindExecution      = transport.KindExecution
	KindInvalidRequest = transport.KindInvalidRequest
	KindUnauthorized   = transport.KindUnauthorized
	KindForbidden      = transport.KindForbidden
	KindNotFound       = transport.KindNotFound
	KindConflict       = transport.KindConflict
	KindTooLarge       = transport.KindTooLarge
	KindThrottled      = transport.KindThrottled
	KindLockedOut      = transport.KindLockedOut
	KindUnavailable    = transport.KindUnavailable
	KindCircuitOpen    = transport.KindCircuitOpen
	KindTimeout        = transport.KindTimeout
	KindCapacity       = transport.KindCapacity
	KindUnsupported    = transport.KindUnsupported
	KindTruncated      = transport.KindTruncated
	KindProtocol       = transport.KindProtocol
	KindServer         = transport.KindServer
	KindCanceled       = transport.KindCanceled
	KindRouting        = transport.KindRouting
	KindConfiguration  = transport.KindConfiguration
)

// Sentinels for [errors.Is], one a kind. [ErrUnavailable] also matches
// [KindCircuitOpen].
var (
	ErrSyntax         = transport.ErrSyntax
	ErrExecution      = transport.ErrExecution
	ErrInvalidRequest = transport.ErrInvalidRequest
	ErrUnauthorized   = transport.ErrUnauthorized
	ErrForbidden      = transport.ErrForbidden
	ErrNotFound       = transport.ErrNotFound
	ErrConflict       = transport.ErrConflict
	ErrTooLarge       = transport.ErrTooLarge
	ErrThrottled      = transport.ErrThrottled
	ErrLockedOut      = transport.ErrLockedOut
	ErrUnavailable    = transport.ErrUnavailable
	ErrCircuitOpen    = transport.ErrCircuitOpen
	ErrTimeout        = transport.ErrTimeout
	ErrCapacity       = transport.ErrCapacity
	ErrUnsupported    = transport.ErrUnsupported
	ErrTruncated      = transport.ErrTruncated
	ErrProtocol       = transport.ErrProtocol
	ErrServer         = transport.ErrServer
	ErrCanceled       = transport.ErrCanceled
	ErrRouting        = transport.ErrRouting
	ErrConfiguration  = transport.ErrConfiguration
)

// Causes of errors of streams, for [errors.Is]; see [transport.ErrUnconfirmed] and
// [transport.ErrUnstreamable].
var (
	ErrUnconfirmed  = transport.ErrUnconfirmed
	ErrUnstreamable = transport.ErrUnstreamable
)

// fail returns an error of an operation, in the library's own words.
func (c *Client) fail(op gen.Operation, kind Kind, format string, args ...any) *Error {
	return c.annotate(op, transport.Errorf(kind, format, args...))
}

// annotate adds where an error happened. A chain knows better which endpoint it
// was.
func (c *Client) annotate(op gen.Operation, e *Error) *Error {
	e.Operation = op.ID
	if e.Endpoint == "" {
		e.Endpoint = c.endpoint
	}
	if onGraph(op) {
		e.Graph = c.graph
	}
	return e
}
