// Command kuzu-mock runs a Kuzu API server for development and tests, on the
// embedded Kuzu engine or on a scripted one.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/robosystems/kuzuclient/gen/server"
	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/kuzuengine"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "kuzu-mock:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends. The first line on out says where.
func run(ctx context.Context, args []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("kuzu-mock", flag.ContinueOnError)
	flags.SetOutput(out)
	listen := flags.String("listen", "127.0.0.1:8001", "`address` to listen on; port 0 picks a free one")
	engineName := flags.String("engine", "kuzu", "kuzu (embedded, needs cgo) or scripted")
	dir := flags.String("base-path", "", "`directory` of the databases; empty for a temporary one")
	data := flags.String("data", "", "`directory` whose subdirectories are the buckets for ingest and copy")
	readOnly := flags.Bool("read-only", false, "refuse to create, delete and load")
	nodeType := flags.String("node-type", "writer", "writer, shared_master or shared_replica")
	quirkNames := flags.String("quirks", "", "oddities of the deployed server to take on: \"deployed\" for all, or `names` separated by commas")
	maxDatabases := flags.Int("max-databases", 200, "so many databases may exist")
	timeout := flags.Duration("query-timeout", mockserver.DefaultQueryTimeout, "plain queries may run so long; 0 for no limit")
	fixtures := flags.String("fixtures", "", "`directory` of databases to begin with: <name>/schema.cypher, <table>.csv, other *.cypher; those that -base-path has already stay as they are")
	var validation mockserver.Validation
	flags.TextVar(&validation, "validate", mockserver.ValidateAll, "`what` to hold against the API document: all, requests, answers or nothing")
	timeScale := flags.Float64("time-scale", 1, "so many `seconds` pass for the server in one: pings, heartbeats and lockouts come and go faster")
	admin := flags.String("admin", "loopback", "`who` may use the admin API below /__mock/: off, loopback or open")
	records := flags.Int("records", 1000, "so many requests are remembered for the admin API")
	flags.Usage = func() {
		fmt.Fprintf(out, "Usage: kuzu-mock [flags]\n\nServes the Kuzu API. If KUZU_API_KEY is set, clients have to send it.\n\n")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q; see kuzu-mock -help", flags.Arg(0))
	}

	quirks, err := mockserver.ParseQuirks(strings.FieldsFunc(*quirkNames, func(r rune) bool { return r == ',' })...)
	if err != nil {
		return fmt.Errorf("-quirks: %w", err)
	}
	engine, err := openEngine(*engineName, *dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	handler, err := mockserver.New(mockserver.Config{
		Engine:       engine,
		DataRoot:     *data,
		APIKey:       os.Getenv("KUZU_API_KEY"),
		NodeType:     server.NodeType(*nodeType),
		ReadOnly:     *readOnly,
		MaxDatabases: *maxDatabases,
		Quirks:       quirks,
		QueryTimeout: timeout,
		Validation:   validation,
		TimeScale:    *timeScale,
		Admin:        mockserver.AdminAccess(*admin),
		Records:      *records,
		Logger:       slog.New(slog.NewTextHandler(out, nil)),
	})
	if err != nil {
		return err
	}
	if *fixtures != "" {
		if err := handler.LoadFixtures(ctx, *fixtures); err != nil {
			return errors.Join(err, handler.Close())
		}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", *listen)
	if err != nil {
		return errors.Join(err, handler.Close())
	}
	fmt.Fprintf(out, "kuzu-mock listens at http://%s (%s engine)\n", listener.Addr(), *engineName)
	return handler.Serve(ctx, listener)
}

func openEngine(name, dir string) (mockserver.Engine, error) {
	switch name {
	case "kuzu":
		return kuzuengine.New(kuzuengine.Config{Dir: dir})
	case "scripted":
		if dir != "" {
			return nil, errors.New("-base-path goes with -engine kuzu; the scripted engine keeps nothing on disk")
		}
		return mockserver.NewScripted(), nil
	default:
		return nil, fmt.Errorf("-engine is %q; it may be kuzu or scripted", name)
	}
}
