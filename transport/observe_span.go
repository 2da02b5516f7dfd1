package transport

import (
	"net/url"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

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
		t.span.AddEvent("attempt", trace.WithTimestamp(t.started.Add(a.begun)), trace.WithAttributes(
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
