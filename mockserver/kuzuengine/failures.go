//go:build cgo && (linux || darwin)

package kuzuengine

import (
	"context"
	"errors"
	"strings"
)

// interruptedText is the engine's own text for a statement that was stopped.
const interruptedText = "Interrupted."

// interruptedError is that error, with the reason for [errors.Is].
type interruptedError struct{ cause error }

func (e *interruptedError) Error() string { return interruptedText }
func (e *interruptedError) Unwrap() error { return e.cause }

// interrupted is the error of a statement whose context has ended.
func interrupted(ctx context.Context) error {
	return &interruptedError{cause: context.Cause(ctx)}
}

// beforeExecution tells whether a text failed while it was compiled, and so
// has nothing to roll back unless it is in a transaction of its own.
func beforeExecution(err error) bool {
	return strings.HasPrefix(err.Error(), "Parser exception: ") ||
		strings.HasPrefix(err.Error(), "Binder exception: ") ||
		strings.HasPrefix(err.Error(), "Connection exception: ")
}

func isFault(err error) bool {
	var fault *faultError
	return errors.As(err, &fault)
}
