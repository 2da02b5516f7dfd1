package planted

import (
	"context"
	"fmt"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"
	"go.opentelemetry.io/otel/trace/noop"
)

// Spans is a tracer provider that searches everything that spans are told, and
// keeps the last of them.
type Spans struct {
	embedded.TracerProvider
	mu    sync.Mutex
	ended []*Span // guarded by mu
}

// keep is how many spans are kept.
const keep = 1000

// NewSpans returns a provider.
func NewSpans() *Spans { return new(Spans) }

// Tracer returns a tracer of the provider.
func (s *Spans) Tracer(string, ...trace.TracerOption) trace.Tracer { return tracer{spans: s} }

type tracer struct {
	embedded.Tracer
	spans *Spans
}

func (t tracer) Start(ctx context.Context, name string, opts ...trace.SpanStartOption) (context.Context, trace.Span) {
	made := &Span{spans: t.spans, Name: name, Attributes: make(map[string]string)}
	config := trace.NewSpanStartConfig(opts...)
	made.SetAttributes(config.Attributes()...)
	return trace.ContextWithSpan(ctx, made), made
}

// Ended returns the spans that have ended, in order.
func (s *Spans) Ended() []*Span {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*Span(nil), s.ended...)
}

// Span is one span. Its fields may be read when it has ended.
type Span struct {
	noop.Span
	Name       string
	Status     string // code and text
	Events     int
	Attributes map[string]string

	spans *Spans
	mu    sync.Mutex // of all but Name
}

// IsRecording reports that it is.
func (*Span) IsRecording() bool { return true }

// SpanContext is the same for all spans.
func (*Span) SpanContext() trace.SpanContext {
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled})
}

// SetAttributes keeps them for [Span.End].
func (s *Span) SetAttributes(attrs ...attribute.KeyValue) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range attrs {
		s.Attributes[string(a.Key)] = a.Value.String()
	}
}

// SetStatus keeps it for [Span.End].
func (s *Span) SetStatus(code codes.Code, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Status = code.String() + " " + text
}

// AddEvent searches the event and counts it.
func (s *Span) AddEvent(name string, opts ...trace.EventOption) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Events++
	config := trace.NewEventConfig(opts...)
	fmt.Fprintln(Stream("event of a span"), name, config.Attributes())
}

// RecordError searches the error.
func (*Span) RecordError(err error, _ ...trace.EventOption) { note(err) }

// End searches what the span was told.
func (s *Span) End(...trace.SpanEndOption) {
	s.mu.Lock()
	fmt.Fprintln(Stream("span"), s.Name, s.Status, s.Attributes)
	s.mu.Unlock()
	s.spans.mu.Lock()
	defer s.spans.mu.Unlock()
	s.spans.ended = append(s.spans.ended[max(0, len(s.spans.ended)-keep+1):], s)
}
