package main

import (
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/kuzuengine"
)

//go:embed data/*.csv
var data embed.FS

// bucket is where the server finds the files.
const bucket = "snb"

// demoServer is a Kuzu API server on loopback with the sample files in a bucket.
type demoServer struct {
	url, key, engine string
	close            func() error
}

func startServer(ctx context.Context) (_ *demoServer, err error) {
	var cleanup []func() error // run from the last to the first
	closeAll := func() error {
		var errs []error
		for _, undo := range slices.Backward(cleanup) {
			errs = append(errs, undo())
		}
		return errors.Join(errs...)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, closeAll())
		}
	}()

	root, err := os.MkdirTemp("", "kuzu-demo-")
	if err != nil {
		return nil, err
	}
	cleanup = append(cleanup, func() error { return os.RemoveAll(root) })
	files, err := fs.Sub(data, "data")
	if err != nil {
		return nil, err
	}
	if err := os.CopyFS(filepath.Join(root, bucket), files); err != nil {
		return nil, err
	}

	engine, name, err := openEngine()
	if err != nil {
		return nil, err
	}
	cleanup = append(cleanup, engine.Close)
	key := "kuzu_demo_" + rand.Text()
	handler, err := mockserver.New(mockserver.Config{Engine: engine, DataRoot: root, APIKey: key})
	if err != nil {
		return nil, err
	}
	cleanup = append(cleanup, handler.Close)
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	web := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go web.Serve(listener) //nolint:errcheck // ends with Shutdown below
	cleanup = append(cleanup, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		return web.Shutdown(ctx)
	})
	return &demoServer{url: "http://" + listener.Addr().String(), key: key, engine: name, close: closeAll}, nil
}

// openEngine returns the embedded engine, or the scripted one where the program
// was built without a C compiler.
func openEngine() (mockserver.Engine, string, error) {
	engine, err := kuzuengine.New(kuzuengine.Config{})
	if errors.Is(err, kuzuengine.ErrNoCgo) {
		fmt.Println("There is no C compiler, which the embedded Kuzu engine needs. The scripted engine takes its place:")
		fmt.Println("it knows these questions only, and computes the answers in Go.")
		return scriptedEngine(), "scripted", nil
	}
	return engine, "embedded Kuzu", err
}
