// Command growth measures how the cost of work grows with its size: ten times the
// rows, the callers, the graphs, the instances. It asks through the factory, on
// loopback, servers in a process of their own.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/robosystems/kuzuclient/bench/answers"
	"github.com/robosystems/kuzuclient/bench/apart"
	"github.com/robosystems/kuzuclient/bench/table"
	"github.com/robosystems/kuzuclient/factory"
)

const (
	rounds     = 5
	mostTime   = 11  // times, for ten times the work
	mostMemory = 1.5 // times, where it should be constant
)

func main() {
	serveFlag := flag.Bool("serve", false, "be the servers; what the program starts for itself")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	var err error
	if *serveFlag {
		err = answers.Serve(ctx, instances, graphs)
	} else {
		err = run(ctx)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "growth:", err)
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
	var rows []table.Row
	var all []table.Series
	for _, w := range works(ctx, cfg, f) {
		series, found, err := w.measure()
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		rows, all = append(rows, found...), append(all, series)
	}
	return errors.Join(table.Report(os.Stdout, table.File, rows...), table.Store(table.File, table.Results{Growth: all}))
}

// work is what is done in sizes that grow.
type work struct {
	name  string
	sizes []int
	do    func(size int) (seconds float64, err error)
	live  func(size int) (mib float64, err error) // the most of live heap meanwhile; nil where that may grow
}

// measure has the sizes take turns.
func (w work) measure() (table.Series, []table.Row, error) {
	series := table.Series{Name: w.name}
	var sides []func() (float64, error)
	for _, size := range w.sizes {
		sides = append(sides, func() (float64, error) { return w.do(size) })
	}
	times, err := table.Rounds(rounds, sides...)
	if err != nil {
		return series, nil, err
	}
	var rows []table.Row
	for i, size := range w.sizes {
		p := table.Point{Size: float64(size), Time: table.Median(times[i])}
		if w.live != nil {
			if p.Memory, err = w.live(size); err != nil {
				return series, nil, err
			}
		}
		series.Points = append(series.Points, p)
		if i == 0 {
			continue
		}
		step := fmt.Sprintf("growth: %s, %d to %d: ", w.name, w.sizes[i-1], size)
		before := series.Points[i-1]
		rows = append(rows, table.Row{
			Name: step + "time", Unit: "ms", Ours: p.Time * 1e3, Baseline: before.Time * 1e3,
			Ratio: table.MedianRatio(times[i], times[i-1]), Target: table.AtMost(mostTime),
		})
		if w.live != nil {
			rows = append(rows, table.Row{
				Name: step + "live heap", Unit: "MiB", Ours: p.Memory, Baseline: before.Memory,
				Ratio: p.Memory / before.Memory, Target: table.AtMost(mostMemory),
			})
		}
	}
	return series, rows, nil
}
