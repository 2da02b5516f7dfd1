package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/robosystems/kuzuclient/factory"
)

// startTelemetry makes the process's providers of metrics and spans. The handler
// answers scrapes of Prometheus; flush sends what is left and ends them.
func startTelemetry(traces bool) (scrape http.Handler, flush func() error, err error) {
	registry := prometheus.NewRegistry()
	reader, err := exporter.New(exporter.WithRegisterer(registry))
	if err != nil {
		return nil, nil, err
	}
	meters := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	otel.SetMeterProvider(meters)
	ends := []func(context.Context) error{meters.Shutdown}

	if traces {
		// In place of this one goes the exporter of your backend, such as OTLP's.
		printer, err := stdouttrace.New(stdouttrace.WithWriter(os.Stderr))
		if err != nil {
			return nil, nil, err
		}
		tracers := sdktrace.NewTracerProvider(sdktrace.WithBatcher(printer))
		otel.SetTracerProvider(tracers)
		ends = append(ends, tracers.Shutdown)
	}
	flush = func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		var errs []error
		for _, end := range ends {
			errs = append(errs, end(ctx))
		}
		return errors.Join(errs...)
	}
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{}), flush, nil
}

// countLookups makes metrics of the factory's figures, which it counts itself.
func countLookups(f *factory.Factory) error {
	meter := otel.Meter("service")
	lookups, err := meter.Int64ObservableCounter("kuzu.factory.lookups", metric.WithUnit("{lookup}"),
		metric.WithDescription("Lookups that the cache in the process could not answer, by what did."))
	if err != nil {
		return err
	}
	open, err := meter.Int64ObservableGauge("kuzu.factory.breaker.open",
		metric.WithDescription("1 while a breaker of discovery is open."))
	if err != nil {
		return err
	}
	_, err = meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		stats := f.Stats()
		for source, n := range map[string]uint64{
			"redis": stats.Lookups.Redis, "registry": stats.Lookups.Registry, "stale": stats.Lookups.Stale,
			"nowhere": stats.Lookups.Nowhere, "failed": stats.Lookups.Failed,
		} {
			o.ObserveInt64(lookups, int64(n), metric.WithAttributes(attribute.String("kuzu.source", source)))
		}
		for name, breaker := range map[string]factory.BreakerStat{"alb": stats.Breakers.ALB, "shared_master": stats.Breakers.Master} {
			value := int64(0)
			if breaker.IsOpen {
				value = 1
			}
			o.ObserveInt64(open, value, metric.WithAttributes(attribute.String("kuzu.breaker", name)))
		}
		return nil
	}, lookups, open)
	return err
}
