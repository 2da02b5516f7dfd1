package transport_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"
	"go.opentelemetry.io/otel/trace/noop"
)

// plantedKey is the API key of all chains under test. Nothing but a request may
// carry it.
const plantedKey = "kuzu_test_planted0key1that2nobody3may4ever5see"

// seen holds what the chains under test told anybody: lines, spans, errors.
var seen witness

// TestMain searches everything that the tests have brought to light for the
// planted key.
func TestMain(m *testing.M) {
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		_ = os.Unsetenv(name) // servers under test are not behind any
	}
	code := m.Run()
	if text := seen.text(); strings.Contains(text, plantedKey) {
		at := strings.Index(text, plantedKey)
		fmt.Fprintf(os.Stderr, "the API key came to light: %s\n", text[max(0, at-300):at])
		code = 1
	}
	os.Exit(code)
}

type witness struct {
	mu    sync.Mutex
	bytes bytes.Buffer // guarded by mu
}

func (w *witness) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.bytes.Write(p)
}

// note adds anything, in all the forms in which it could be printed.
func (w *witness) note(what ...any) {
	for _, v := range what {
		fmt.Fprintf(w, "%v\n%+v\n%#v\n", v, v, v)
	}
}

func (w *witness) text() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.bytes.String()
}

func (w *witness) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func (w *witness) tracers() *spans { return &spans{to: w} }

// spans is a tracer that writes down everything that its spans are told.
type spans struct {
	embedded.TracerProvider
	to    *witness
	mu    sync.Mutex
	ended []*span // guarded by mu
}

func (s *spans) Tracer(string, ...trace.TracerOption) trace.Tracer { return tracer{spans: s} }

type tracer struct {
	embedded.Tracer
	*spans
}

func (t tracer) Start(ctx context.Context, name string, opts ...trace.SpanStartOption) (context.Context, trace.Span) {
	made := &span{spans: t.spans, name: name, attributes: make(map[string]string)}
	config := trace.NewSpanStartConfig(opts...)
	made.SetAttributes(config.Attributes()...)
	return trace.ContextWithSpan(ctx, made), made
}

// all returns the spans that have ended.
func (s *spans) all() []*span {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*span(nil), s.ended...)
}

type span struct {
	noop.Span
	spans      *spans
	name       string
	status     string
	events     int
	attributes map[string]string
}

func (s *span) IsRecording() bool { return true }

func (s *span) SpanContext() trace.SpanContext {
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled})
}

func (s *span) SetAttributes(attrs ...attribute.KeyValue) {
	for _, a := range attrs {
		s.attributes[string(a.Key)] = a.Value.String()
	}
}

func (s *span) SetStatus(code codes.Code, text string) { s.status = code.String() + " " + text }

func (s *span) AddEvent(name string, opts ...trace.EventOption) {
	s.events++
	config := trace.NewEventConfig(opts...)
	fmt.Fprintln(s.spans.to, "event", name, config.Attributes())
}

func (s *span) End(...trace.SpanEndOption) {
	fmt.Fprintln(s.spans.to, "span", s.name, s.status, s.attributes)
	s.spans.mu.Lock()
	defer s.spans.mu.Unlock()
	s.spans.ended = append(s.spans.ended, s)
}
