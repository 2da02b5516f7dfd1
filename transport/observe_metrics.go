package transport

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/robosystems/kuzuclient/resilience"
)

// tracing finds the tracer. A provider that makes no spans is not asked for any:
// even spans that record nothing cost a few allocations.
type tracing struct {
	own     trace.TracerProvider // nil for that of the process, which may come later
	current atomic.Pointer[tracer]
}

type tracer struct {
	provider     trace.TracerProvider
	trace.Tracer // nil if it makes no spans
}

func newTracing(own trace.TracerProvider) *tracing { return &tracing{own: own} }

// tracer returns the tracer, nil if it makes no spans.
func (t *tracing) tracer() trace.Tracer {
	provider := t.own
	if provider == nil {
		provider = otel.GetTracerProvider()
	}
	if known := t.current.Load(); known != nil && known.provider == provider {
		return known.Tracer
	}
	found := &tracer{provider: provider}
	made := provider.Tracer(scope)
	_, span := made.Start(context.Background(), "probe")
	if span.SpanContext().IsValid() {
		found.Tracer = made
	}
	t.current.Store(found)
	return found.Tracer
}

// metrics are the instruments. All of their attributes have few values; graphs
// are in spans only.
type metrics struct {
	operation metric.Float64Histogram // a call
	request   metric.Float64Histogram // an attempt
	retries   metric.Int64Counter
	breakers  metric.Int64Counter
	pool      metric.Int64ObservableUpDownCounter
	meter     metric.Meter
}

// buckets are those of the semantic conventions for databases, and what our
// timeouts need beyond them.
var buckets = metric.WithExplicitBucketBoundaries(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120, 300)

func newMetrics(provider metric.MeterProvider) (*metrics, error) {
	if provider == nil {
		provider = otel.GetMeterProvider()
	}
	m := &metrics{meter: provider.Meter(scope)}
	var errs [5]error
	m.operation, errs[0] = m.meter.Float64Histogram("db.client.operation.duration", metric.WithUnit("s"), buckets,
		metric.WithDescription("Duration of calls, with all their attempts and waits."))
	m.request, errs[1] = m.meter.Float64Histogram("http.client.request.duration", metric.WithUnit("s"), buckets,
		metric.WithDescription("Duration of attempts up to the head of the answer."))
	m.retries, errs[2] = m.meter.Int64Counter("kuzu.client.retries", metric.WithUnit("{retry}"),
		metric.WithDescription("Attempts that repeat a failed one, by what that ended in."))
	m.breakers, errs[3] = m.meter.Int64Counter("kuzu.client.breaker.transitions", metric.WithUnit("{transition}"),
		metric.WithDescription("Transitions of the breakers of endpoints."))
	m.pool, errs[4] = m.meter.Int64ObservableUpDownCounter("db.client.connection.count", metric.WithUnit("{connection}"),
		metric.WithDescription("Connections of the pool, used and idle."))
	return m, errors.Join(errs[:]...)
}

// observePool has the pool's connections counted whenever metrics are collected,
// until stop is called.
func (m *metrics) observePool(b *base) (stop func() error, err error) {
	state := semconv.DBClientConnectionStateKey
	used, idle := metric.WithAttributes(state.String("used")), metric.WithAttributes(state.String("idle"))
	registration, err := m.meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		now := b.connections()
		o.ObserveInt64(m.pool, now.Used, used)
		o.ObserveInt64(m.pool, now.Idle, idle)
		return nil
	}, m.pool)
	if err != nil {
		return nil, err
	}
	return registration.Unregister, nil
}

func (m *metrics) called(t *trip, outcome string) {
	if !m.operation.Enabled(t.Context) {
		return
	}
	took := time.Since(t.started)
	if outcome == "" {
		m.operation.Record(t.Context, took.Seconds(), t.op.observed.success)
		return
	}
	m.operation.Record(t.Context, took.Seconds(), t.op.observed.success, metric.WithAttributes(semconv.ErrorTypeKey.String(outcome)))
}

func (m *metrics) attempted(t *trip, a *attempt) {
	if !m.request.Enabled(t.Context) {
		return
	}
	attrs := []attribute.KeyValue{
		semconv.HTTPRequestMethodKey.String(t.req.Method), semconv.ServerAddress(a.server.host), semconv.ServerPort(a.server.port),
		semconv.URLScheme(a.url.Scheme),
	}
	if a.status != 0 {
		attrs = append(attrs, semconv.HTTPResponseStatusCode(knownStatus(a.status)))
	}
	if a.kind != 0 {
		attrs = append(attrs, semconv.ErrorTypeKey.String(a.kind.String()))
	}
	m.request.Record(t.Context, a.took.Seconds(), metric.WithAttributes(attrs...))
}

// knownStatus keeps the statuses that a server can make up from being as many
// series: one that is not registered counts as the first of its class, and one
// without a class as a server error, as RFC 9110, section 15, has it.
func knownStatus(status int) int {
	switch {
	case http.StatusText(status) != "":
		return status
	case status < 600:
		return status / 100 * 100
	default:
		return http.StatusInternalServerError
	}
}

func (m *metrics) retried(t *trip, a *attempt) {
	if m.retries.Enabled(t.Context) {
		m.retries.Add(t.Context, 1, t.op.observed.success, metric.WithAttributes(semconv.ErrorTypeKey.String(a.kind.String())))
	}
}

func (m *metrics) turned(breaker string, event resilience.EventKind) {
	m.breakers.Add(context.Background(), 1, metric.WithAttributes(
		attribute.String("kuzu.breaker", breaker), attribute.String("kuzu.transition", string(event))))
}
