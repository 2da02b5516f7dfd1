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
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
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
