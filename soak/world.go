package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/fleet"
)

// world is a fleet, a factory that finds its way in it, and what became of the
// calls.
type world struct {
	fleet   *fleet.Fleet
	factory *factory.Factory
	graphs  []string      // that are there all the time, and move
	calls   atomic.Uint64 // so far
	changes int           // of the fleet, so far
	wrong   atomic.Pointer[error]

	ended []struct{ well, failed atomic.Uint64 } // by kind
}

const (
	writers    = 4
	settled    = 24 // graphs that stay
	passing    = 64 // ids of those that come and go
	unknown    = 500
	streamRows = 1001 // two chunks
)

// Statements that the servers answer.
const (
	point  = "MATCH (p:Person {id: $id}) RETURN p.id AS id, p.name AS name"
	write  = "CREATE (p:Person {id: $id})"
	many   = "MATCH (p:Person) RETURN p.id AS id"
	broken = "MATCH (p:Person) RETURN nobody"
	busy   = "MATCH (p:Busy) RETURN p.id AS id" // every other time answered 503
	lost   = "MATCH (p:Lost) RETURN p.id AS id" // every third connection is reset instead
)

func newWorld(ctx context.Context) (w *world, err error) {
	w = &world{ended: make([]struct{ well, failed atomic.Uint64 }, len(kinds))}
	cfg := fleet.DefaultConfig()
	cfg.Writers, cfg.Engine = map[string]int{"standard": writers}, func(string) (mockserver.Engine, error) { return engine(), nil }
	if w.fleet, err = fleet.Start(ctx, cfg); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	for _, i := range w.fleet.Writers("standard") {
		err := i.Server.AddRules(
			mockserver.Rule{Match: mockserver.Match{Cypher: busy}, Every: 2, Replies: []mockserver.Reply{{Status: 503, Body: "busy"}}},
			mockserver.Rule{Match: mockserver.Match{Cypher: lost}, Every: 3, Fault: &mockserver.Fault{Kind: mockserver.FaultResetBeforeHeaders}})
		if err != nil {
			return nil, err
		}
	}
	for n := range settled {
		id := fmt.Sprintf("kg%016x", n)
		if err := w.fleet.Place(ctx, id, w.fleet.Writers("standard")[n%writers].ID); err != nil {
			return nil, err
		}
		w.graphs = append(w.graphs, id)
	}
	for name, value := range w.fleet.Env() { // also what the AWS SDK reads by itself
		if err := os.Setenv(name, value); err != nil {
			return nil, err
		}
	}
	settings, err := factory.ConfigFromEnv()
	if err != nil {
		return nil, err
	}
	// Times are short, so that much happens in a run.
	settings.RetryDelay, settings.BreakerTimeout, settings.CacheTTL = time.Millisecond, 100*time.Millisecond, 10*time.Second
	settings.Logger = slog.New(slog.DiscardHandler)
	w.factory, err = factory.New(ctx, settings)
	return w, err
}

func (w *world) close() error {
	var err error
	if w.factory != nil {
		err = w.factory.Close()
	}
	return errors.Join(err, w.fleet.Close())
}

func engine() mockserver.Engine {
	e := mockserver.NewScripted()
	e.Handle(point, func(c mockserver.Call) (mockserver.Answer, error) {
		return mockserver.Answer{Columns: []string{"id", "name"}, Rows: [][]any{{c.Parameters["id"], "somebody"}}}, nil
	})
	rows := make([][]any, streamRows)
	for n := range rows {
		rows[n] = []any{int64(n)}
	}
	e.Answer(write, nil)
	e.Answer(many, []string{"id"}, rows...)
	e.Answer(busy, []string{"id"}, []any{int64(1)})
	e.Answer(lost, []string{"id"}, []any{int64(1)})
	e.Handle(broken, func(mockserver.Call) (mockserver.Answer, error) {
		return mockserver.Answer{}, errors.New("Binder exception: Variable nobody is not in scope.") //nolint:staticcheck // the text of the engine
	})
	return e
}
