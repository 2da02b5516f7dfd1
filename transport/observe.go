package transport

import (
	"errors"
	"log/slog"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// ObserveSettings say what the chain tells about its calls: a span, a metric and
// a log line each, never with the key or the value of a parameter.
type ObserveSettings struct {
	// Logger takes a line at debug for every decision and every call, and one at
	// warn for what an operator should see; nil for [slog.Default].
	Logger *slog.Logger
	// TracerProvider and MeterProvider are where spans and metrics go; nil for
	// those of the process, in package otel.
	TracerProvider trace.TracerProvider
	MeterProvider  metric.MeterProvider // see TracerProvider
	// Propagator sends the span along; nil for W3C trace context, traceparent.
	Propagator propagation.TextMapPropagator
	// Statements puts the text of statements into spans and debug lines. Literals
	// in it are shown as they are; parameters are not part of it.
	Statements bool
	// UserAgent is put before the library's own name and version; "" for nothing.
	UserAgent string
}

// scope is the name of the library in spans and metrics.
const scope = "github.com/robosystems/kuzuclient/transport"

// observer tells what happens.
type observer struct {
	logger     *slog.Logger
	tracing    *tracing
	metrics    *metrics
	propagator propagation.TextMapPropagator
	statements bool
	userAgent  []string // one, shared by all requests
}

func newObserver(s ObserveSettings) (*observer, error) {
	o := &observer{logger: s.Logger, tracing: newTracing(s.TracerProvider), propagator: s.Propagator, statements: s.Statements}
	if o.logger == nil {
		o.logger = slog.Default()
	}
	if o.propagator == nil {
		o.propagator = propagation.TraceContext{}
	}
	agent := "kuzuclient-go/" + libraryVersion()
	if s.UserAgent != "" {
		agent = s.UserAgent + " " + agent
	}
	o.userAgent = []string{agent}
	var err error
	o.metrics, err = newMetrics(s.MeterProvider)
	return o, err
}

// layerObserve sees the call as its caller does.
type layerObserve struct {
	next http.RoundTripper
	*observer
}

func (l layerObserve) RoundTrip(req *http.Request) (*http.Response, error) {
	t := tripOf(req.Context())
	if own := req.Header[requestIDHeader]; len(own) > 0 && own[0] != "" {
		t.id = own[0]
	} else {
		t.id = newRequestID()
		t.added.id[0] = t.id
	}
	if _, own := req.Header[userAgentHeader]; !own {
		t.added.agent = l.userAgent
	}
	if tracer := l.tracing.tracer(); tracer != nil {
		t.Context, t.span = tracer.Start(t.Context, t.Operation, t.op.observed.span...)
	}
	if trace.SpanContextFromContext(t.Context).IsValid() {
		l.propagator.Inject(t.Context, &t.added)
	}
	resp, err := l.next.RoundTrip(req)
	if err != nil {
		t.finish(err)
		return nil, err
	}
	if !t.open {
		t.finish(nil)
		return resp, nil
	}
	if stream, ok := resp.Body.(*StreamBody); ok {
		t.guarded = true
		stream.OnEnd(func(_ int64, err error) { t.finish(err) })
	}
	return resp, nil
}

// finish ends the call: with its answer, or with the body of that if it is
// handed up as it comes.
func (t *trip) finish(err error) {
	if t.ended.Swap(true) {
		return
	}
	if t.place != nil {
		t.place.leave()
	}
	t.chain.observe.called(t, err)
}

// outcome names what a call came to, "" for success; the set is small.
func (t *trip) outcome(err error) string {
	if err != nil {
		if e, ok := errors.AsType[*Error](err); ok {
			return e.Kind.String()
		}
		return SendError(t, err).Kind.String()
	}
	if t.last != nil && t.last.kind != 0 {
		return t.last.kind.String()
	}
	return ""
}

// called tells about a call that is over.
func (o *observer) called(t *trip, err error) {
	outcome := ""
	if err != nil || t.last == nil || t.last.kind != 0 {
		outcome = t.outcome(err)
	}
	o.metrics.called(t, outcome)
	if t.span != nil {
		o.endSpan(t, outcome, err)
	}
	level := slog.LevelDebug
	if t.last != nil && (t.last.kind == KindLockedOut || t.last.kind == KindUnauthorized) {
		level = slog.LevelWarn // nothing will work until somebody looks at the key
	}
	if !o.logger.Enabled(t.Context, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("operation", t.Operation), slog.String("graph", t.Graph), slog.String("request", t.id),
		slog.Duration("took", time.Since(t.started)), slog.Int("attempts", len(t.attempts)),
	}
	if t.last != nil {
		attrs = append(attrs, slog.String("endpoint", t.last.server.name), slog.Int("status", t.last.status))
	}
	if outcome != "" {
		attrs = append(attrs, slog.String("outcome", outcome))
	}
	if t.end != "" {
		attrs = append(attrs, slog.String("stopped", t.end))
	}
	if o.statements {
		attrs = append(attrs, slog.String("statement", t.statement()))
	}
	o.logger.LogAttrs(t.Context, level, "kuzu call", attrs...)
}
