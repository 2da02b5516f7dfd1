package main

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/fleet"
	"github.com/robosystems/kuzuclient/mockserver/kuzuengine"
)

//go:embed data/*.csv
var data embed.FS

// bucket is where the servers find the files.
const bucket = "snb"

// startFleet starts servers, registry and Redis on loopback, and sets the
// environment variables that a service of this fleet has.
func startFleet(ctx context.Context) (_ *fleet.Fleet, stop func() error, err error) {
	root, err := os.MkdirTemp("", "kuzu-demo-")
	if err != nil {
		return nil, nil, err
	}
	stop = func() error { return os.RemoveAll(root) }
	defer func() {
		if err != nil {
			err = errors.Join(err, stop())
		}
	}()
	files, err := fs.Sub(data, "data")
	if err != nil {
		return nil, nil, err
	}
	if err := os.CopyFS(filepath.Join(root, bucket), files); err != nil {
		return nil, nil, err
	}

	cfg := fleet.DefaultConfig()
	cfg.Environment, cfg.APIKey, cfg.DataRoot = "staging", "kuzu_demo_"+rand.Text(), root
	cfg.Engine = engine
	servers, err := fleet.Start(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	stop = func() error { return errors.Join(servers.Close(), os.RemoveAll(root)) }
	for name, value := range servers.Env() {
		if err := os.Setenv(name, value); err != nil {
			return nil, nil, err
		}
	}
	kind := "the embedded Kuzu engine"
	if _, scripted := servers.Master().Engine.(*mockserver.Scripted); scripted {
		kind = "the scripted engine, which knows these questions only and computes the answers in Go:\n" +
			"the embedded Kuzu engine needs a C compiler"
	}
	fmt.Println("A fleet listens on loopback:", len(servers.Writers("standard")), "standard writers, an enterprise and a premium one,\n"+
		"a shared master,", len(servers.Replicas()), "replicas behind a load balancer, Redis, and a registry that speaks DynamoDB.\n"+
		"Each server has a database of its own on", kind+".")
	return servers, stop, nil
}

// engine returns the embedded engine, or the scripted one where the program was
// built without a C compiler.
func engine(string) (mockserver.Engine, error) {
	embedded, err := kuzuengine.New(kuzuengine.Config{})
	if errors.Is(err, kuzuengine.ErrNoCgo) {
		return scriptedEngine(), nil
	}
	return embedded, err
}
