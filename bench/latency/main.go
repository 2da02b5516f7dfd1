// Command latency measures the operations of the specification's table of
// latencies, through the factory on the embedded engine, and holds them against
// that table: figures of the customer's fleet in production, which had a network,
// other machines and other graphs.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/robosystems/kuzuclient/bench/apart"
	"github.com/robosystems/kuzuclient/bench/table"
	"github.com/robosystems/kuzuclient/factory"
)

// share of the production figure that each of ours may take.
const share = 0.2

func main() {
	serveFlag := flag.Bool("serve", false, "be the servers; what the program starts for itself")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	var err error
	if *serveFlag {
		err = serve(ctx)
	} else {
		err = run(ctx)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "latency:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	servers, err := apart.Start(ctx, "-serve")
	if err != nil {
		return err
	}
	defer servers.Stop() //nolint:errcheck // it was killed if ctx ended
	if err := servers.Setenv(); err != nil {
		return err
	}
	cfg, err := factory.ConfigFromEnv()
	if err != nil {
		return err
	}
	f, err := factory.New(ctx, cfg)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := load(ctx, f); err != nil {
		return err
	}
	if err := check(ctx, f); err != nil {
		return err
	}
	var rows []table.Row
	for _, o := range operations() {
		took, err := o.measure(ctx, f)
		if err != nil {
			return fmt.Errorf("%s: %w", o.name, err)
		}
		for i, ours := range []float64{took.P50, took.P95, took.P99} {
			name := fmt.Sprintf("embedded engine on loopback against production figures: %s, %s", o.name, []string{"p50", "p95", "p99"}[i])
			rows = append(rows, table.Row{
				Name: name, Unit: "ms", Ours: ours * 1e3, Baseline: o.production[i], Ratio: ours * 1e3 / o.production[i], Target: table.AtMost(share),
			})
		}
	}
	return table.Report(os.Stdout, table.File, rows...)
}
