package transport

import (
	"context"
	"log/slog"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

// queued tells what a call has waited for before its first attempt, if that took
// time that can be seen.
func (o *observer) queued(t *trip, limit string, waited time.Duration) {
	if waited >= time.Millisecond && o.logger.Enabled(t.Context, slog.LevelDebug) {
		o.logger.LogAttrs(t.Context, slog.LevelDebug, "kuzu queue", slog.String("request", t.id), slog.String("operation", t.Operation),
			slog.String("graph", t.Graph), slog.String("limit", limit), slog.Duration("waited", waited))
	}
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
