//go:build cgo && (linux || darwin)

package factory_test

import (
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/gen/server"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/kuzuengine"
)

// onEngine starts a server with an embedded engine of its own.
func (w *world) onEngine(kind server.NodeType) (*httptest.Server, *kuzuengine.Engine) {
	w.t.Helper()
	engine, err := kuzuengine.New(kuzuengine.Config{Dir: w.t.TempDir()})
	if err != nil {
		w.t.Fatal(err)
	}
	srv, err := mockserver.New(mockserver.Config{Engine: engine, NodeType: kind, Quirks: mockserver.QuirksDeployed})
	if err != nil {
		w.t.Fatal(err)
	}
	web := httptest.NewServer(srv)
	w.t.Cleanup(func() {
		web.Close()
		if err := errors.Join(srv.Close(), engine.Close()); err != nil {
			w.t.Error(err)
		}
	})
	return web, engine
}

const entities = "CREATE NODE TABLE Entity(id INT64, name STRING, PRIMARY KEY(id))"

// TestGraphsOnTheEngine takes a graph and a subgraph through their lives, with
// servers as deployed that run the embedded engine.
func TestGraphsOnTheEngine(t *testing.T) {
	w := newWorld(t)
	first, from := w.onEngine(server.NodeTypeWriter)
	second, to := w.onEngine(server.NodeTypeWriter)
	w.register("i-1", first.URL, "standard", "writer")
	ctx, f, sub := t.Context(), w.factory(), parent+"_dev"
	spec := factory.GraphSpec{DatabaseSpec: kuzu.DatabaseSpec{DDL: entities}}
	for _, id := range []string{parent, sub} {
		if placed, err := f.CreateGraph(ctx, id, "standard", spec); err != nil || placed.Instance != "i-1" && id == parent {
			t.Fatalf("%+v, %v", placed, err)
		}
		c, err := f.Client(ctx, id, factory.Write)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Query(ctx, "UNWIND range(1, 2500) AS n CREATE (:Entity {id: n, name: $name})", kuzu.Params{"name": id}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.CreateGraph(ctx, parent, "standard", spec); !errors.Is(err, kuzu.ErrConflict) {
		t.Errorf("a second creation: %v", err)
	}
	names := func(id string) {
		t.Helper()
		c, err := f.Client(ctx, id, factory.Read)
		if err != nil {
			t.Fatal(err)
		}
		rows := 0
		for name, err := range kuzu.StreamAs[string](ctx, c, "MATCH (e:Entity) RETURN e.name", nil) {
			if rows++; err != nil || name != id {
				t.Fatalf("row %d of %s: %q, %v", rows, id, name, err)
			}
		}
		if rows != 2500 {
			t.Errorf("%d rows of %s", rows, id)
		}
	}
	names(parent)
	names(sub)

	// The instance dies, and its volume is attached elsewhere.
	first.Close()
	for _, id := range []string{parent, sub} {
		snapshot, err := from.Backup(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(to.Restore(ctx, id, snapshot, false), snapshot.Close()); err != nil {
			t.Fatal(err)
		}
	}
	w.register("i-2", second.URL, "standard", "writer")
	w.place(parent, "i-2")
	names(parent)
	names(sub)

	for _, id := range []string{sub, parent} {
		if err := f.DeleteGraph(ctx, id); err != nil {
			t.Fatal(err)
		}
		if _, err := to.Stat(ctx, id); !errors.Is(err, mockserver.ErrDatabaseNotFound) {
			t.Errorf("%s after its deletion: %v", id, err)
		}
	}
	eventually(t, func() bool {
		_, err := f.Client(ctx, parent, factory.Read)
		return errors.Is(err, kuzu.ErrRouting)
	})
}

// TestSharedRepositoryOnTheEngine writes on the master, reads from a replica, and
// from the master when the replica has died.
func TestSharedRepositoryOnTheEngine(t *testing.T) {
	w := newWorld(t)
	web, master := w.onEngine(server.NodeTypeSharedMaster)
	w.register("i-m", web.URL, "shared", "shared_master")
	alb, replica := w.onEngine(server.NodeTypeSharedReplica)
	w.cfg.ReplicaURL, w.cfg.ReplicaReads = alb.URL, true
	ctx, f := t.Context(), w.factory()
	pipeline, err := f.SharedMaster(ctx, "sec")
	if err != nil {
		t.Fatal(err)
	}
	if err := pipeline.CreateDatabase(ctx, kuzu.DatabaseSpec{DDL: entities}); err != nil {
		t.Fatal(err)
	}
	write := func(id int, name string) {
		t.Helper()
		if _, err := pipeline.Query(ctx, "CREATE (:Entity {id: $id, name: $name})", kuzu.Params{"id": id, "name": name}); err != nil {
			t.Fatal(err)
		}
	}
	write(1, "on both")
	snapshot, err := master.Backup(ctx, "sec")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(replica.Restore(ctx, "sec", snapshot, false), snapshot.Close()); err != nil {
		t.Fatal(err)
	}
	write(2, "on the master")

	count := func(want int64, options ...factory.ClientOption) {
		t.Helper()
		c, err := f.Client(ctx, "sec", factory.Read, options...)
		if err != nil {
			t.Fatal(err)
		}
		counts, err := kuzu.QueryAs[int64](ctx, c, "MATCH (e:Entity) RETURN count(*)", nil)
		if err != nil || counts[0] != want {
			t.Errorf("%v rows, %v; want %d", counts, err, want)
		}
	}
	count(1)
	count(2, factory.FromMaster())
	alb.Close()
	count(2)
}
