package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/resilience"
	"github.com/robosystems/kuzuclient/resilience/page"
)

// maxStatus bounds what is read of a status page.
const maxStatus = 32 << 20

// services reads what a running service has seen, by the names it gives.
func services(ctx context.Context, address string) (map[string]page.Service, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, usagef("--from: %v", err)
	}
	req.Header.Set("Accept", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, fmt.Errorf("--from: %w", err)
	}
	defer resp.Body.Close()
	var view page.View
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("--from: %s answers %s", address, resp.Status)
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxStatus)).Decode(&view); err != nil {
		return nil, fmt.Errorf("--from: %s is no status page: %w", address, err)
	}
	seen := map[string]page.Service{}
	for _, s := range view.Services {
		seen[s.Name] = s
	}
	return seen, nil
}

func (a *app) fleetDashboard() *cobra.Command {
	var listen string
	cmd := &cobra.Command{
		Use:   "dashboard",
		Short: "Serve a status page of all instances until Ctrl-C",
		Long: `Serve a status page of all instances until Ctrl-C. Each is asked for its health
every 30 s. Whoever reaches the address sees names, addresses and errors of the
fleet.`,
		Example: `  kuzuctl fleet dashboard
  kuzuctl fleet dashboard --listen 127.0.0.1:9000`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := a.connectOnce(cmd.Context())
			if err != nil {
				return err
			}
			return a.serveDashboard(cmd.Context(), f, listen)
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8080", "`address` to listen on; port 0 picks a free one")
	return cmd
}

// registryPause is how long it takes to see that the fleet has changed.
const registryPause = time.Minute

func (a *app) serveDashboard(ctx context.Context, f *factory.Factory, listen string) error {
	tracker := resilience.NewTracker()
	defer tracker.Close()
	watched := map[string]bool{}
	if err := follow(ctx, f, tracker, watched); err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "status page at http://%s/\n", listener.Addr())
	server := &http.Server{Handler: page.Handler(tracker), ReadHeaderTimeout: probeTimeout}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	for {
		select {
		case <-ctx.Done():
			return errors.Join(server.Close(), ignoreClosed(<-ended))
		case err := <-ended:
			return err
		case <-time.After(registryPause):
			if err := follow(ctx, f, tracker, watched); err != nil {
				fmt.Fprintf(a.stderr, "the registry: %v\n", err)
			}
		}
	}
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// follow has the tracker watch the instances that there are now, and no others.
func follow(ctx context.Context, f *factory.Factory, tracker *resilience.Tracker, watched map[string]bool) error {
	instances, err := f.Instances(ctx)
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, instance := range instances {
		name := instance.ID + " " + instance.Endpoint
		if there[name] = true; watched[name] {
			continue
		}
		watched[name] = true
		err := tracker.Register(name, resilience.MiddlewareHealth(func(ctx context.Context) error { return probeOne(ctx, f, instance).err }))
		if err != nil {
			return err
		}
	}
	for name := range watched {
		if !there[name] {
			delete(watched, name)
			tracker.Unregister(name)
		}
	}
	return nil
}
