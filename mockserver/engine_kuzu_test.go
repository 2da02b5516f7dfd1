package mockserver_test

import (
	"errors"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/kuzuengine"
)

// A program without cgo has the scripted engine only.
func init() {
	probe, err := kuzuengine.New(kuzuengine.Config{})
	if errors.Is(err, kuzuengine.ErrNoCgo) {
		return
	}
	if err == nil {
		err = probe.Close()
	}
	if err != nil {
		panic(err)
	}
	engines["kuzu"] = func(t testing.TB) mockserver.Engine {
		engine, err := kuzuengine.New(kuzuengine.Config{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := engine.Close(); err != nil {
				t.Error(err)
			}
		})
		return engine
	}
}
