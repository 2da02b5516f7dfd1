// Package planted searches everything that the tests of a package bring to light
// for an API key that was planted in their configuration: log lines, spans,
// errors and configurations in whatever way they may be printed, and panics. What
// a test binary prints is searched by make test, which runs all of them.
//
// A package takes part by running its tests through [Main], by giving [Key] to
// the clients and servers under test, and by handing errors to [Note].
package planted

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"

	"go.opentelemetry.io/otel"
)

// Key is the planted key. Nothing but a request may carry it.
const Key = "kuzu_test_planted0key1that2nobody3may4ever5see"

// variable is where programs look for their key.
const variable = "KUZU_API_KEY"

// everything is what all tests of the binary brought to light.
var everything = newSearch()

// Main plants the key in the environment, has what goes to the logger and the
// tracer of the process searched, and runs the tests. It returns the exit code:
// that of the tests, or 1 if the key was found.
func Main(tests interface{ Run() int }) int {
	if err := os.Setenv(variable, Key); err != nil {
		panic(err)
	}
	slog.SetDefault(Logger()) // log.Printf goes there, too
	otel.SetTracerProvider(NewSpans())
	code := tests.Run()
	if found := everything.report(); found != "" {
		fmt.Fprint(os.Stderr, found)
		return 1
	}
	return code
}

// Logger returns a logger at level debug whose lines are searched.
func Logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(Stream("log"), &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// Stream returns a writer for what belongs together, such as a log, under a name
// for the report. It is safe for concurrent use.
func Stream(name string) io.Writer { return everything.stream(name) }

// Note searches values in all the ways in which they may be printed; of an error
// also all that it wraps.
func Note(values ...any) {
	for _, v := range values {
		note(v)
	}
}

func note(v any) {
	if v == nil {
		return
	}
	out := Stream(fmt.Sprintf("%T", v))
	fmt.Fprintf(out, "%v\n%+v\n%#v\n%q\n", v, v, v, v)
	if text, err := json.Marshal(v); err == nil {
		_, _ = out.Write(text)
	}
	slog.New(slog.NewJSONHandler(out, nil)).Info("noted", "value", v)
	if err, ok := v.(error); ok {
		for _, wrapped := range unwrap(err) {
			note(wrapped)
		}
	}
}

func unwrap(err error) []error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		return several.Unwrap()
	}
	if one := errors.Unwrap(err); one != nil {
		return []error{one}
	}
	return nil
}

// Panic runs a function that panics, searches what it panics with and the stack,
// and returns the former; nil if it does not.
func Panic(f func()) (value any) {
	defer func() {
		if value = recover(); value != nil {
			note(value)
			_, _ = Stream("stack").Write(debug.Stack())
		}
	}()
	f()
	return nil
}
