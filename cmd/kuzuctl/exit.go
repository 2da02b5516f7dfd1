package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/robosystems/kuzuclient/kuzu"
)

// Exit codes that stand for no kind of error.
const (
	exitOK    = 0
	exitOther = 1 // a file that cannot be read, a check that found something
	exitUsage = 2
)

// exitCodes are those of the kinds of errors.
var exitCodes = map[kuzu.Kind]int{
	kuzu.KindSyntax:         10,
	kuzu.KindExecution:      11,
	kuzu.KindInvalidRequest: 12,
	kuzu.KindUnauthorized:   13,
	kuzu.KindForbidden:      14,
	kuzu.KindNotFound:       15,
	kuzu.KindConflict:       16,
	kuzu.KindTooLarge:       17,
	kuzu.KindThrottled:      18,
	kuzu.KindLockedOut:      19,
	kuzu.KindUnavailable:    20,
	kuzu.KindCircuitOpen:    21,
	kuzu.KindTimeout:        22,
	kuzu.KindCapacity:       23,
	kuzu.KindUnsupported:    24,
	kuzu.KindTruncated:      25,
	kuzu.KindProtocol:       26,
	kuzu.KindServer:         27,
	kuzu.KindRouting:        28,
	kuzu.KindConfiguration:  29,
	kuzu.KindCanceled:       130, // as shells say of Ctrl-C
}

// usageError is a command line that cannot be meant.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

func exitCode(err error) int {
	if _, wrong := errors.AsType[*usageError](err); wrong {
		return exitUsage
	}
	if e, ok := errors.AsType[*kuzu.Error](err); ok {
		return exitCodes[e.Kind]
	}
	switch {
	case errors.Is(err, context.Canceled):
		return exitCodes[kuzu.KindCanceled]
	case errors.Is(err, context.DeadlineExceeded):
		return exitCodes[kuzu.KindTimeout]
	}
	return exitOther
}

// exitCodesTopic is the page of help about them.
func exitCodesTopic() *cobra.Command {
	var b strings.Builder
	b.WriteString("The exit code says what went wrong, so that scripts can tell.\n\n")
	fmt.Fprintf(&b, "%5d  success\n%5d  anything else\n%5d  the command line is wrong\n", exitOK, exitOther, exitUsage)
	for _, kind := range slices.SortedFunc(maps.Keys(exitCodes), func(x, y kuzu.Kind) int { return exitCodes[x] - exitCodes[y] }) {
		fmt.Fprintf(&b, "%5d  %s\n", exitCodes[kind], kind)
	}
	b.WriteString("\ndocs/errors.md says of each kind when it comes and what to do about it.")
	return &cobra.Command{Use: "exit-codes", Short: "What the exit codes mean", Long: b.String()}
}
