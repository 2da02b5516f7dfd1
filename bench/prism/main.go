// Command prism measures the mock server against Prism, which serves the same
// API document: validated plain queries, 32 connections, both servers in
// processes of their own on this machine, in turns. Ours runs on the scripted
// engine and checks its own answers, too.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"time"

	"github.com/robosystems/kuzuclient/bench/table"
)

func main() {
	serveAs := flag.String("serve", "", "be our server and check `all` or only requests; what the program starts for itself")
	host, port := flag.String("h", "127.0.0.1", "`address` to serve at"), flag.String("p", "0", "`port` to serve at")
	rounds := flag.Int("rounds", 5, "`number` of pairs to measure")
	length := flag.Duration("length", 2*time.Second, "`time` that each side of a pair is asked for")
	flag.Parse()
	if table.Short() {
		*length /= 10
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	var err error
	if *serveAs != "" {
		err = serve(ctx, *serveAs, net.JoinHostPort(*host, *port))
	} else {
		err = run(ctx, *rounds, *length)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "prism:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, rounds int, length time.Duration) (err error) {
	var servers []*process
	defer func() {
		for _, p := range servers {
			p.stop()
		}
	}()
	start := func(name string, args ...string) (side, error) {
		p, address, err := startServer(ctx, name, args...)
		if p != nil {
			servers = append(servers, p)
		}
		if err != nil {
			return side{}, err
		}
		if err := accepts(ctx, address); err != nil {
			return side{}, fmt.Errorf("%s %v: %w", name, args, err)
		}
		s := side{ctx, address, length}
		_, err = s.measure() // warm
		return s, err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	ours, err := start(self, "-serve", "all")
	if err != nil {
		return err
	}
	trusting, err := start(self, "-serve", "requests")
	if err != nil {
		return err
	}
	prism, err := start("node", prismArgs...)
	if err != nil {
		return err
	}
	var rows []table.Row
	for _, pair := range []struct {
		name     string
		ours     side
		baseline side
		target   table.Target
	}{
		{"mock query: ours against Prism", ours, prism, table.AtLeast(8)},
		{"mock query: Prism against Prism", prism, prism, table.Target{}},
		{"mock query: self-check on against off", ours, trusting, table.Target{}},
	} {
		row := table.Row{Name: pair.name, Unit: "requests/s", Target: pair.target}
		if row.Ours, row.Baseline, row.Ratio, err = table.Paired(rounds, pair.ours.measure, pair.baseline.measure); err != nil {
			return err
		}
		rows = append(rows, row)
	}
	return table.Report(os.Stdout, table.File, rows...)
}
