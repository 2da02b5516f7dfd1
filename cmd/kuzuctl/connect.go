package main

import (
	"context"
	"log/slog"
	"slices"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/transport"
)

// settings reads the configuration of the flags and the environment.
func (a *app) settings() (factory.Config, error) {
	lookup := a.env
	if a.url != "" {
		if _, err := transport.ParseBaseURL(a.url); err != nil {
			return factory.Config{}, usagef("--url: %v", err)
		}
		lookup = func(name string) (string, bool) {
			switch name {
			case "ENVIRONMENT":
				return "dev", true
			case "KUZU_CLIENT_BASE_URL", "KUZU_API_URL":
				return a.url, true
			}
			return a.env(name)
		}
	}
	cfg, err := factory.ConfigFrom(lookup)
	if err != nil {
		return cfg, err
	}
	if a.keyFile != "" {
		if cfg.Keys, err = transport.NewFileKey(a.keyFile); err != nil {
			return cfg, err
		}
	}
	if a.timeout > 0 {
		cfg.Timeout = a.timeout // who allows more time for a command means its calls
	}
	level := slog.LevelWarn
	if a.verbose {
		level = slog.LevelDebug
	}
	cfg.Logger = slog.New(logHandler{slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: level}), a.verbose})
	if inDevelopment(cfg) {
		cfg.AllowPublicAddresses = true // the address is the user's own and not a discovered one
	}
	return cfg, nil
}

// inDevelopment tells whether there is one server and no registry.
func inDevelopment(cfg factory.Config) bool {
	return slices.Contains([]string{"dev", "development", "local"}, cfg.Environment)
}

// connect returns the factory, which lives as long as the command.
func (a *app) connect(ctx context.Context) (*factory.Factory, error) {
	if a.factory != nil {
		return a.factory, nil
	}
	cfg, err := a.settings()
	if err != nil {
		return nil, err
	}
	return a.open(ctx, cfg)
}

func (a *app) open(ctx context.Context, cfg factory.Config) (*factory.Factory, error) {
	f, err := factory.New(ctx, cfg)
	if err != nil {
		return nil, err
	}
	a.ends = append(a.ends, func() { f.Close() })
	a.factory, a.config = f, cfg
	return f, nil
}

// client returns a client for the graph of --graph.
func (a *app) client(ctx context.Context, op factory.Op) (*kuzu.Client, error) {
	if a.graph == "" {
		return nil, usagef("name the graph with --graph")
	}
	f, err := a.connect(ctx)
	if err != nil {
		return nil, err
	}
	return f.Client(ctx, a.graph, op)
}

// server returns a client for a server itself: the one that there is, or that of
// the graph.
func (a *app) server(ctx context.Context, op factory.Op) (*kuzu.Client, error) {
	f, err := a.connect(ctx)
	switch {
	case err != nil:
		return nil, err
	case a.graph != "":
		return f.Client(ctx, a.graph, op)
	case inDevelopment(a.config):
		return f.ClientForInstance(a.config.APIURL)
	}
	return nil, usagef("environment %s has many servers; name one with --url, or the graph on it with --graph", a.config.Environment)
}

// graphArgument takes the graph from the first argument, if it is there.
func (a *app) graphArgument(args []string) error {
	if len(args) > 0 {
		if a.graph != "" && a.graph != args[0] {
			return usagef("two graphs are named, %q and %q", a.graph, args[0])
		}
		a.graph = args[0]
	}
	if a.graph == "" {
		return usagef("name the graph")
	}
	return nil
}
