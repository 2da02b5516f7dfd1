package factory

import (
	"context"
	"errors"
	"log/slog"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/robosystems/kuzuclient/resilience"
	"github.com/robosystems/kuzuclient/transport"
)

// metrics are the factory's instruments, beside those of the chain. Their
// attributes have few values: graphs and instances are in logs and Explain.
type metrics struct {
	caches    metric.Int64Counter
	lookup    metric.Float64Histogram // a look beyond the process
	failures  metric.Int64Counter     // of the registry
	lastKnown metric.Float64Histogram // age of a location that serves for want of a newer one
	routes    metric.Int64Counter
	breakers  metric.Int64Counter
}

func newMetrics(provider metric.MeterProvider) (*metrics, error) {
	if provider == nil {
		provider = otel.GetMeterProvider()
	}
	meter := provider.Meter("github.com/robosystems/kuzuclient/factory")
	m := &metrics{}
	var errs [6]error
	m.caches, errs[0] = meter.Int64Counter("kuzu.client.cache.lookups", metric.WithUnit("{lookup}"),
		metric.WithDescription("Looks into the caches of locations, by level and by what they found."))
	m.lookup, errs[1] = meter.Float64Histogram("kuzu.client.lookup.duration", metric.WithUnit("s"),
		metric.WithDescription("Duration of lookups of locations that the process did not know, by who answered."),
		metric.WithExplicitBucketBoundaries(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5))
	m.failures, errs[2] = meter.Int64Counter("kuzu.client.registry.errors", metric.WithUnit("{error}"),
		metric.WithDescription("Lookups that the registry failed, by kind of error."))
	m.lastKnown, errs[3] = meter.Float64Histogram("kuzu.client.last_known.age", metric.WithUnit("s"),
		metric.WithDescription("Age of locations that serve because the registry does not answer."),
		metric.WithExplicitBucketBoundaries(1, 5, 15, 60, 300, 600, 1800, 3600, 21600, 86400))
	m.routes, errs[4] = meter.Int64Counter("kuzu.client.routes", metric.WithUnit("{attempt}"),
		metric.WithDescription("Attempts that were given a way, or none, by target and outcome."))
	m.breakers, errs[5] = meter.Int64Counter("kuzu.client.breaker.transitions", metric.WithUnit("{transition}"),
		metric.WithDescription("Transitions of the breakers before the registry, Redis and health checks."))
	if err := errors.Join(errs[:]...); err != nil {
		return nil, &transport.Error{Kind: transport.KindConfiguration, Message: "Observe.MeterProvider", Err: err}
	}
	return m, nil
}

// What a look into a cache came to. The options are made once, for a warm lookup
// must not allocate.
var (
	processHit      = cacheResult("process", "hit")
	processMiss     = cacheResult("process", "miss") // also what is too old or in doubt
	redisHit        = cacheResult("redis", "hit")
	redisMiss       = cacheResult("redis", "miss")
	redisUnreadable = cacheResult("redis", "unreadable")
	redisError      = cacheResult("redis", "error")
)

func cacheResult(level, result string) []metric.AddOption {
	return oneOf(attribute.String("kuzu.cache.level", level), attribute.String("kuzu.cache.result", result))
}

func oneOf(attributes ...attribute.KeyValue) []metric.AddOption {
	return []metric.AddOption{metric.WithAttributeSet(attribute.NewSet(attributes...))}
}

func (m *metrics) cached(ctx context.Context, result []metric.AddOption) {
	if m.caches.Enabled(ctx) {
		m.caches.Add(ctx, 1, result...)
	}
}

// redis books a look into Redis, unless it only explains.
func (m *metrics) redis(ctx context.Context, d *Decision, result []metric.AddOption) {
	if d == nil {
		m.cached(ctx, result)
	}
}

func (m *metrics) registryFailed(ctx context.Context, err *transport.Error) {
	m.failures.Add(ctx, 1, metric.WithAttributes(semconv.ErrorTypeKey.String(err.Kind.String())))
}

// routeOutcome is what the choice of an endpoint came to.
type routeOutcome uint8

const (
	routeOK        routeOutcome = iota
	routeFallback               // the master instead of the replicas
	routeElsewhere              // to another endpoint than the attempt before
	routeAgain                  // to the same one as the attempt before
	routeFailed                 // nowhere
)

// routeOptions are those of all targets and outcomes.
var routeOptions = func() map[Target]*[routeFailed + 1][]metric.AddOption {
	all := map[Target]*[routeFailed + 1][]metric.AddOption{}
	for _, target := range []Target{TargetUserGraph, TargetSharedMaster, TargetReplicas, TargetInstance, TargetDevelopment} {
		all[target] = new([routeFailed + 1][]metric.AddOption)
		for outcome, name := range []string{"ok", "fallback", "elsewhere", "again", "failed"} {
			all[target][outcome] = oneOf(attribute.String("kuzu.route.target", string(target)), attribute.String("kuzu.route.outcome", name))
		}
	}
	return all
}()

func (m *metrics) routed(ctx context.Context, target Target, outcome routeOutcome) {
	if m.routes.Enabled(ctx) {
		m.routes.Add(ctx, 1, routeOptions[target][outcome]...)
	}
}

// watch counts and logs the transitions of the factory's own breakers.
func (f *fleet) watch(breakers ...*resilience.CircuitBreaker) {
	for _, b := range breakers {
		b.Notify(func(event resilience.Event) {
			f.metrics.breakers.Add(f.ctx, 1, metric.WithAttributes(
				attribute.String("kuzu.breaker", b.Name()), attribute.String("kuzu.transition", string(event.Kind))))
			level := slog.LevelInfo
			if event.Kind == resilience.BreakerOpened {
				level = slog.LevelWarn
			}
			f.log.LogAttrs(f.ctx, level, "kuzu "+string(event.Kind), slog.String("breaker", b.Name()), slog.String("reason", event.Detail))
		})
	}
}
