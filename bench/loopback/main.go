// Command loopback measures calls from end to end: a query of 10 rows, one of
// 1,000 and a stream of 1,000,000, by several callers at once, through the
// factory and by other clients. The answers are encoded beforehand and served by
// a process of its own.
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
)

func main() {
	serveFlag := flag.Bool("serve", false, "be the servers; what the program starts for itself")
	python := flag.String("python", "loopback/python/.venv/bin/python", "`program` that runs loopback/python/client.py")
	only := flag.String("only", "", "measure only scenarios with this `text` in their names")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	var err error
	if *serveFlag {
		err = answers.Serve(ctx, 1, 1)
	} else {
		err = run(ctx, *python, *only)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "loopback:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, python, only string) (err error) {
	servers, err := apart.Start(ctx, "-serve")
	if err != nil {
		return err
	}
	defer servers.Stop() //nolint:errcheck // it was killed if ctx ended
	if err := servers.Setenv(); err != nil {
		return err
	}
	clients, closeAll, err := newClients(ctx, servers.Env[answers.Address], python)
	if err != nil {
		return err
	}
	defer closeAll()
	if err := equal(ctx, clients); err != nil {
		return err
	}
	rows, found, err := measureAll(ctx, clients, only)
	if err != nil {
		return err
	}
	return errors.Join(table.Report(os.Stdout, table.File, rows...), table.Store(table.File, table.Results{Clients: found}))
}
