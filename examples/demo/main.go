// Command demo runs the main job in one process: a fleet of Kuzu API servers on
// loopback, and a service that finds its graphs in it. The service creates a
// graph, loads a social network and asks it questions, reads a repository that
// all services share, and goes on while parts of the fleet are killed.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/mockserver/fleet"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "demo failed:", err)
		os.Exit(1)
	}
	fmt.Println("demo ok")
}

// demo is the service and, for what happens behind its back, the fleet.
type demo struct {
	factory *factory.Factory
	fleet   *fleet.Fleet
}

func run(ctx context.Context) (err error) {
	started := time.Now()
	servers, stop, err := startFleet(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()

	// What a service does: its environment says where Redis and the registry are,
	// and nothing says where a graph is.
	cfg, err := factory.ConfigFromEnv()
	if err != nil {
		return err
	}
	f, err := factory.New(ctx, cfg)
	if err != nil {
		return err
	}
	defer f.Close()

	d := &demo{factory: f, fleet: servers}
	for _, step := range []func(context.Context) error{
		d.createGraph, d.writeAndRead, d.loadNetwork, d.askNetwork,
		d.readShared, d.surviveInstance, d.surviveReplicas,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	fmt.Printf("\nAll of it took %.1f s.\n", time.Since(started).Seconds())
	return nil
}

func heading(format string, args ...any) { fmt.Printf("\n"+format+"\n", args...) }

// explain shows the way of the next call for a graph, and why it is that.
func (d *demo) explain(ctx context.Context, graph string, op factory.Op) {
	decision := d.factory.Explain(ctx, graph, op)
	fmt.Println("  " + strings.ReplaceAll(strings.TrimSpace(decision.String()), "\n", "\n  "))
}
