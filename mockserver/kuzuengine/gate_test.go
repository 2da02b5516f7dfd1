//go:build cgo && (linux || darwin)

package kuzuengine

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

// enterLater asks for admission and returns what tells of it.
func enterLater(ctx context.Context, g *gate, mode access) <-chan error {
	answer := make(chan error, 1)
	go func() { answer <- g.lock(ctx, mode) }()
	synctest.Wait()
	return answer
}

func waits(answer <-chan error) bool {
	synctest.Wait()
	return len(answer) == 0
}

func TestGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gate
		ctx := t.Context()
		for range 2 {
			if waits(enterLater(ctx, &g, reading)) {
				t.Fatal("reading waits for reading")
			}
		}
		canceled, cancel := context.WithCancel(ctx)
		first := enterLater(canceled, &g, writing)
		behind := enterLater(ctx, &g, reading)
		second := enterLater(ctx, &g, writing)
		if !waits(first) || !waits(behind) || !waits(second) {
			t.Fatal("somebody passes a waiting writer")
		}
		cancel()
		if err := <-first; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if waits(behind) {
			t.Error("a writer that has gone is waited for")
		}
		for range 3 {
			if !waits(second) {
				t.Fatal("writing does not wait for reading")
			}
			g.unlock()
		}
		if waits(second) {
			t.Fatal("writing waits for nobody")
		}
		third := enterLater(ctx, &g, reading)
		if !waits(third) {
			t.Fatal("reading does not wait for writing")
		}
		g.unlock()
		if waits(third) {
			t.Error("reading waits for nobody")
		}
		g.unlock()
		if g.inside != 0 || len(g.queue) != 0 {
			t.Errorf("%d are inside, %d wait", g.inside, len(g.queue))
		}
	})
}
