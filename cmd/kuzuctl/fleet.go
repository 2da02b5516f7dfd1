package main

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/resilience/page"
)

// fleet are the commands about all instances.
func (a *app) fleet() *cobra.Command {
	return a.needs(&cobra.Command{Use: "fleet", Short: "Look at all instances at once", Example: "  kuzuctl fleet status"},
		a.fleetStatus(), a.fleetDashboard())
}

func (a *app) fleetStatus() *cobra.Command {
	var from string
	var watch bool
	var interval time.Duration
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Ask every instance of the registry for its health",
		Long: `Ask every instance of the registry for its health. Scores and breakers are what a
running service has seen: --from reads them from the status page of one, and
without it they are n/a.`,
		Example: `  kuzuctl fleet status
  kuzuctl fleet status --from http://10.0.2.7:9090/health-status
  kuzuctl fleet status --watch --interval 5s`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if interval <= 0 {
				return usagef("--interval is %v; it must be positive", interval)
			}
			f, err := a.connectOnce(cmd.Context())
			if err != nil {
				return err
			}
			for {
				err := a.showFleet(cmd.Context(), f, from, watch)
				if err != nil && watch && cmd.Context().Err() != nil {
					return nil //nolint:nilerr // Ctrl-C is how watching ends
				}
				if err != nil || !watch {
					return err
				}
				select {
				case <-cmd.Context().Done():
					return nil // Ctrl-C is how watching ends
				case <-time.After(interval):
				}
			}
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "`address` of the status page of a running service")
	cmd.Flags().BoolVarP(&watch, "watch", "w", false, "show it again and again")
	cmd.Flags().DurationVar(&interval, "interval", 2*time.Second, "`time` between two looks")
	return cmd
}

// connectOnce connects for probes: what fails is told, not repeated.
func (a *app) connectOnce(ctx context.Context) (*factory.Factory, error) {
	cfg, err := a.settings()
	if err != nil {
		return nil, err
	}
	cfg.Retries, cfg.Breakers = false, false
	return a.open(ctx, cfg)
}

func (a *app) showFleet(ctx context.Context, f *factory.Factory, from string, again bool) error {
	instances, err := f.Instances(ctx)
	if err != nil {
		return err
	}
	seen := map[string]page.Service{}
	if from != "" {
		if seen, err = services(ctx, from); err != nil {
			return err
		}
	}
	probes := probeAll(ctx, f, instances)
	if again && ctx.Err() != nil {
		return ctx.Err()
	}
	if again && a.terminal {
		if _, err := a.stdout.WriteString("\x1b[H\x1b[2J"); err != nil {
			return err
		}
	}
	rows := make([][]any, len(instances))
	for i, instance := range instances {
		p := probes[i]
		score, breaker := any("n/a"), any("n/a")
		for _, name := range []string{instance.ID, instance.Endpoint, strings.TrimPrefix(instance.Endpoint, "http://")} {
			if s, ok := seen[name]; ok {
				score, breaker = s.HealthScore, breakerOf(s)
				break
			}
		}
		rows[i] = []any{instance.ID, instance.Tier, instance.NodeType, instance.Status, instance.Endpoint, p.state, p.took,
			known(instance.Databases), known(instance.MaxDatabases), p.databases, p.memory, score, breaker}
	}
	if err := a.table([]string{"instance", "tier", "role", "registry", "endpoint", "health", "took", "registered", "capacity", "databases", "memory_percent", "score", "breaker"}, rows); err != nil {
		return err
	}
	return a.stdout.Flush()
}

// known returns a number of the registry that may be missing.
func known(n int) any {
	if n < 0 {
		return nil
	}
	return n
}

// breakerOf sums a service's breakers up: the first that is not closed.
func breakerOf(s page.Service) any {
	for _, b := range s.Breakers {
		if b.State != "closed" {
			return b.State
		}
	}
	if len(s.Breakers) == 0 {
		return "n/a"
	}
	return "closed"
}

// probe is what an instance said of itself.
type probe struct {
	state, took       string
	databases, memory any // nil if it said nothing
	err               error
}

const (
	probeTimeout = 5 * time.Second
	probesAtOnce = 32
)

// probeAll asks all instances, many at once.
func probeAll(ctx context.Context, f *factory.Factory, instances []factory.Instance) []probe {
	probes := make([]probe, len(instances))
	places := make(chan struct{}, probesAtOnce)
	var all sync.WaitGroup
	for i, instance := range instances {
		all.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			probes[i] = probeOne(ctx, f, instance)
		})
	}
	all.Wait()
	return probes
}

func probeOne(ctx context.Context, f *factory.Factory, instance factory.Instance) probe {
	if instance.Endpoint == "" {
		return probe{state: "no address: " + instance.Problem, err: errors.New(instance.Problem)}
	}
	began := time.Now()
	h, err := askHealth(ctx, f, instance.Endpoint)
	p := probe{state: h.Status, took: time.Since(began).Round(time.Millisecond).String(), err: err}
	if err != nil {
		p.state = "no answer"
		if e, ok := errors.AsType[*kuzu.Error](err); ok {
			p.state = e.Kind.String()
		}
		return p
	}
	p.databases, p.memory = h.Databases, h.MemoryPercent
	return p
}

func askHealth(ctx context.Context, f *factory.Factory, endpoint string) (kuzu.Health, error) {
	c, err := f.ClientForInstance(endpoint)
	if err != nil {
		return kuzu.Health{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	return c.Health(ctx)
}
