// Command service is an HTTP service over graphs: it lists entities and adds
// them. It shows how the factory lives in a process, how calls are seen in
// Prometheus and as spans, and how to stop without losing requests.
//
//	go run ../../cmd/kuzu-mock        # in one terminal
//	go run . -listen 127.0.0.1:8080   # in another one
//
// It is configured by the environment, see docs/configuration.md. Without any,
// all graphs are on the server at localhost:8001.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/robosystems/kuzuclient/factory"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "`address` to listen on; port 0 picks a free one")
	traces := flag.Bool("traces", false, "print spans to standard error")
	flag.Parse()

	// SIGTERM is how containers and systemd ask a process to end.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := start(ctx, *listen, *traces)
	stop()
	if err != nil {
		slog.Error("the service failed", "error", err)
		os.Exit(1)
	}
}

func start(ctx context.Context, listen string, traces bool) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", listen)
	if err != nil {
		return err
	}
	fmt.Printf("service listens at http://%s\n", listener.Addr())
	return run(ctx, listener, traces)
}

// run serves until ctx ends.
func run(ctx context.Context, listener net.Listener, traces bool) (err error) {
	// Mistakes in the environment are reported before anything is started, all of
	// them at once.
	cfg, err := factory.ConfigFromEnv()
	if err != nil {
		return err
	}
	// The providers come first: the library asks package otel for them.
	scrape, flush, err := startTelemetry(traces)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, flush()) }()

	// One factory a process. It connects to nothing yet, so that the service starts
	// also while the fleet is down.
	graphs, err := factory.New(ctx, cfg)
	if err != nil {
		return err
	}
	defer graphs.Close()

	s := &service{graphs: graphs, scrape: scrape}
	web := &http.Server{Handler: s.routes(), ReadHeaderTimeout: 5 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	// From here on load balancers that ask /readyz send nothing new, and what is
	// under way has half a minute to come to its end. Only then is the factory
	// closed, which would end the calls of those requests.
	s.draining.Store(true)
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	return web.Shutdown(patience)
}
