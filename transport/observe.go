package transport

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/robosystems/kuzuclient/resilience"
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
	MeterProvider  metric.MeterProvider
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

// Headers that are added to every request unless the caller set them.
const (
	requestIDHeader = "X-Request-Id"
	userAgentHeader = "User-Agent"
)

// observer tells what happens.
type observer struct {
	logger     *slog.Logger
	tracing    *tracing
	metrics    *metrics
	propagator propagation.TextMapPropagator
	statements bool
	userAgent  string
}

func newObserver(s ObserveSettings) (*observer, error) {
	o := &observer{logger: s.Logger, tracing: newTracing(s.TracerProvider), propagator: s.Propagator, statements: s.Statements}
	if o.logger == nil {
		o.logger = slog.Default()
	}
	if o.propagator == nil {
		o.propagator = propagation.TraceContext{}
	}
	o.userAgent = "kuzuclient-go/" + libraryVersion()
	if s.UserAgent != "" {
		o.userAgent = s.UserAgent + " " + o.userAgent
	}
	var err error
	o.metrics, err = newMetrics(s.MeterProvider)
	return o, err
}

// libraryVersion is that of this module in the program, "devel" if it was built
// from a working copy.
func libraryVersion() string {
	const module = "github.com/robosystems/kuzuclient"
	version := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range append(info.Deps, &info.Main) {
			if dep.Path == module {
				version = strings.Trim(dep.Version, "()")
			}
		}
	}
	if version == "" {
		version = "devel"
	}
	return version
}

// observed is what is prepared of an operation.
type observed struct {
	span    []trace.SpanStartOption
	success metric.MeasurementOption
}

func newObserved(op Operation) observed {
	name := []attribute.KeyValue{semconv.DBSystemNameKey.String("kuzu"), semconv.DBOperationName(op.ID)}
	return observed{
		span:    []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(name...)},
		success: metric.WithAttributeSet(attribute.NewSet(name...)),
	}
}

// layerObserve sees the call as its caller does.
type layerObserve struct {
	next http.RoundTripper
	*observer
}

func (l layerObserve) RoundTrip(req *http.Request) (*http.Response, error) {
	t := tripOf(req.Context())
	if t.id = req.Header.Get(requestIDHeader); t.id == "" {
		t.id = newRequestID()
		t.headers[0] = header{requestIDHeader, [1]string{t.id}}
	}
	if _, own := req.Header[userAgentHeader]; !own {
		t.headers[1] = header{userAgentHeader, [1]string{l.userAgent}}
	}
	if tracer := l.tracing.tracer(); tracer != nil {
		t.Context, t.span = tracer.Start(t.Context, t.Operation, t.op.observed.span...)
	}
	if trace.SpanContextFromContext(t.Context).IsValid() {
		l.propagator.Inject(t.Context, (*carrier)(t))
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
	took := time.Since(t.started)
	outcome := ""
	if err != nil || t.last == nil || t.last.kind != 0 {
		outcome = t.outcome(err)
	}
	o.metrics.called(t, outcome, took)
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
		slog.Duration("took", took), slog.Int("attempts", len(t.attempts)),
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

func (o *observer) endSpan(t *trip, outcome string, err error) {
	defer t.span.End()
	if !t.span.IsRecording() {
		return
	}
	t.span.SetAttributes(attribute.String("kuzu.request.id", t.id), attribute.Int("kuzu.attempts", len(t.attempts)))
	if t.Graph != "" {
		t.span.SetAttributes(semconv.DBNamespace(t.Graph))
	}
	if o.statements && t.op.Access == AccessStatement {
		t.span.SetAttributes(semconv.DBQueryText(t.statement()))
	}
	if a := t.last; a != nil {
		t.span.SetAttributes(semconv.ServerAddress(a.server.host), semconv.ServerPort(a.server.port))
		if a.status != 0 {
			t.span.SetAttributes(semconv.HTTPResponseStatusCode(a.status))
		}
	}
	for i, a := range t.attempts {
		t.span.AddEvent("attempt", trace.WithTimestamp(a.started), trace.WithAttributes(
			attribute.Int("kuzu.attempt", i+1), semconv.ServerAddress(a.server.host), semconv.ServerPort(a.server.port),
			attribute.Int("http.response.status_code", a.status), attribute.String("kuzu.outcome", a.kind.String()),
			attribute.Int64("kuzu.took_ms", a.took.Milliseconds()), attribute.Int64("kuzu.wait_ms", a.wait.Milliseconds())))
	}
	if outcome == "" {
		return
	}
	t.span.SetAttributes(semconv.ErrorTypeKey.String(outcome))
	text := outcome
	if err != nil {
		text = redactKey(err.Error(), t.key)
	}
	t.span.SetStatus(codes.Error, text)
}

// statement returns the text of the call's statement.
func (t *trip) statement() string {
	if t.op.Access != AccessStatement || t.req == nil {
		return ""
	}
	return peek(t.req).Cypher
}

// routed tells where an attempt goes.
func (o *observer) routed(t *trip, a *attempt) {
	if o.logger.Enabled(t.Context, slog.LevelDebug) {
		o.logger.LogAttrs(t.Context, slog.LevelDebug, "kuzu route", slog.String("request", t.id), slog.String("operation", t.Operation),
			slog.String("graph", t.Graph), slog.Int("attempt", len(t.attempts)), slog.String("endpoint", a.server.name))
	}
}

// attempted tells how an attempt ended.
func (o *observer) attempted(t *trip, a *attempt) {
	o.metrics.attempted(t, a)
	if o.logger.Enabled(t.Context, slog.LevelDebug) {
		outcome := "success"
		if a.kind != 0 {
			outcome = a.kind.String()
		}
		o.logger.LogAttrs(t.Context, slog.LevelDebug, "kuzu attempt", slog.String("request", t.id), slog.Int("attempt", len(t.attempts)),
			slog.String("endpoint", a.server.name), slog.Int("status", a.status), slog.String("outcome", outcome),
			slog.Duration("took", a.took), slog.Duration("connect", time.Duration(a.conn.Load())))
	}
}

// retrying tells that an attempt is repeated, and why.
func (o *observer) retrying(t *trip, a *attempt) {
	o.metrics.retried(t, a)
	if o.logger.Enabled(t.Context, slog.LevelDebug) {
		o.logger.LogAttrs(t.Context, slog.LevelDebug, "kuzu retry", slog.String("request", t.id), slog.String("after", a.kind.String()),
			slog.String("endpoint", a.server.name), slog.Duration("wait", t.wait), slog.Bool("elsewhere", t.planned.URL != nil))
	}
}

// carrier lets a propagator add headers to a trip.
type carrier trip

// Set adds a header; those that find no place are not sent.
func (c *carrier) Set(key, value string) {
	for i := range c.headers {
		if h := &c.headers[i]; h.key == "" {
			*h = header{http.CanonicalHeaderKey(key), [1]string{value}}
			return
		}
	}
}

// Get and Keys are not needed to send.
func (c *carrier) Get(string) string { return "" }

// Keys names nothing.
func (c *carrier) Keys() []string { return nil }

func newRequestID() string {
	var digits [16]byte
	const zeros = "0000000000000000"
	id := strconv.AppendUint(digits[:0], rand.Uint64(), 16)
	return zeros[len(id):] + string(id)
}

// watch tells of the transitions of an endpoint's breakers.
func (o *observer) watch(s *server) {
	for _, b := range []struct {
		kind string
		bell interface {
			Notify(func(resilience.Event)) func()
		}
	}{{"dead", s.dead}, {"busy", s.busy}} {
		b.bell.Notify(func(event resilience.Event) {
			o.metrics.turned(b.kind, event.Kind)
			level := slog.LevelInfo
			if event.Kind == resilience.BreakerOpened {
				level = slog.LevelWarn
			}
			o.logger.LogAttrs(context.Background(), level, "kuzu "+string(event.Kind),
				slog.String("endpoint", s.name), slog.String("breaker", b.kind), slog.String("reason", event.Detail))
		})
	}
}

func portOf(u *url.URL) int {
	port, err := strconv.Atoi(u.Port())
	switch {
	case err == nil:
		return port
	case u.Scheme == "https":
		return 443
	default:
		return 80
	}
}
