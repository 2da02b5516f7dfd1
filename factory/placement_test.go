package factory_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/gen/server"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/dynamo"
)

// graphIs checks a graph's record.
func (w *world) graphIs(id, status, instance string) {
	w.t.Helper()
	g := w.db.Get(graphs, id)
	if g == nil && status == "" {
		return
	}
	if g == nil || g["status"].Text() != status || g["instance_id"].Text() != instance {
		w.t.Errorf("the registry says %v of %s; want %s on %s", g, id, status, instance)
	}
}

func (w *world) countIs(instance, want string) {
	w.t.Helper()
	if got := w.db.Get(instances, instance)["database_count"].Text(); got != want {
		w.t.Errorf("%s counts %s databases, want %s", instance, got, want)
	}
}

func TestCreateGraph(t *testing.T) {
	w := newWorld(t)
	full := w.writer("i-full", "standard")
	w.db.Put(instances, counted(w.db.Get(instances, "i-full"), 9))
	n := w.writer("i-new", "standard")
	fresh := w.db.Get(instances, "i-new") // as right after boot: it counts nothing and knows no limit
	delete(fresh, "database_count")
	delete(fresh, "max_databases")
	w.db.Put(instances, fresh)
	w.register("i-sick", "http://127.0.0.1:1", "standard", "writer", "status", "unhealthy")
	f := w.factory()
	// Somebody has looked for the graph before it was there.
	if _, err := f.Client(t.Context(), parent, factory.Read); !errors.Is(err, kuzu.ErrRouting) {
		t.Fatal(err)
	}
	place, err := f.CreateGraph(t.Context(), parent, "standard", factory.GraphSpec{EntityID: "acme"})
	if err != nil || place != (factory.Placement{Graph: parent, Instance: "i-new", Endpoint: n.URL, Tier: "standard"}) {
		t.Fatalf("got %+v, %v", place, err)
	}
	w.graphIs(parent, "active", "i-new")
	w.countIs("i-new", "1")
	if g := w.db.Get(graphs, parent); g["entity_id"].Text() != "acme" || g["graph_type"].Text() != "entity" || g["private_ip"].Text() != "127.0.0.1" {
		t.Errorf("the record is %v", g)
	}
	c, err := f.Client(t.Context(), parent, factory.Write)
	mustQuery(t, c, err)
	if full.requests("databases") != 0 {
		t.Error("the fuller instance was asked")
	}

	for name, test := range map[string]struct {
		id, tier string
		want     error
	}{
		"again":                {parent, "standard", kuzu.ErrConflict},
		"of a shared id":       {"sec", "standard", kuzu.ErrInvalidRequest},
		"of a reserved id":     {"System", "standard", kuzu.ErrInvalidRequest},
		"of an id that climbs": {"../x", "standard", kuzu.ErrInvalidRequest},
		"in no tier":           {"kg2", "gold", kuzu.ErrInvalidRequest},
		"in an empty tier":     {"kg2", "premium", kuzu.ErrCapacity},
	} {
		if _, err := f.CreateGraph(t.Context(), test.id, test.tier, factory.GraphSpec{}); !errors.Is(err, test.want) {
			t.Errorf("creation %s: got %v, want %v", name, err, test.want)
		}
	}
	w.countIs("i-new", "1")

	// A subgraph goes to its parent's instance and is counted nowhere.
	place, err = f.CreateGraph(t.Context(), parent+"_dev", "", factory.GraphSpec{})
	if err != nil || place.Instance != "i-new" || w.db.Get(graphs, parent+"_dev") != nil {
		t.Errorf("the subgraph: %+v, %v", place, err)
	}
	if err := f.DeleteGraph(t.Context(), parent+"_dev"); err != nil {
		t.Error(err)
	}
	for range 2 { // deleting twice is no error
		if err := f.DeleteGraph(t.Context(), parent); err != nil {
			t.Fatal(err)
		}
		w.graphIs(parent, "deleted", "i-new")
		w.countIs("i-new", "0")
	}
	if _, err := f.Client(t.Context(), parent, factory.Read); !errors.Is(err, kuzu.ErrRouting) || !strings.Contains(err.Error(), "deleted") {
		t.Errorf("a deleted graph: %v", err)
	}
	if err := f.DeleteGraph(t.Context(), "kg404"); !errors.Is(err, kuzu.ErrRouting) {
		t.Errorf("deleting what never was: %v", err)
	}
	if _, err := f.CreateGraph(t.Context(), parent, "standard", factory.GraphSpec{}); err != nil {
		t.Errorf("creating over what was deleted: %v", err)
	}
	w.graphIs(parent, "active", "i-new")
	w.countIs("i-new", "1")
}

// TestManyCreations creates more graphs at once than there is room for.
func TestManyCreations(t *testing.T) {
	w := newWorld(t)
	const servers, room, callers = 9, 10, 100
	for i := range servers {
		w.writer("i-"+itoa(i), "standard")
	}
	var conflicts atomic.Int32
	w.spy.intercept(func(operation string) *http.Response {
		switch n := conflicts.Add(1); {
		case operation == "TransactWriteItems" && n%7 == 0:
			return fault(400, "TransactionCanceledException", "None", "TransactionConflict")
		case n%13 == 0:
			return fault(400, "ThrottlingException")
		}
		return nil
	}, func(operation string) *http.Response {
		if operation == "TransactWriteItems" && conflicts.Load()%11 == 0 {
			return fault(500, "InternalServerError") // it happened, and the answer is lost
		}
		return nil
	})
	f := w.factory()
	var done sync.WaitGroup
	var created, full atomic.Int32
	for i := range callers {
		done.Go(func() {
			id := fmt.Sprintf("kg%04x", i)
			place, err := f.CreateGraph(t.Context(), id, "standard", factory.GraphSpec{})
			switch {
			case err == nil:
				created.Add(1)
				w.graphIs(id, "active", place.Instance)
			case errors.Is(err, kuzu.ErrCapacity):
				full.Add(1)
				w.graphIs(id, "", "")
			default:
				t.Error(err)
			}
		})
	}
	done.Wait()
	if created.Load() != servers*room || full.Load() != callers-servers*room {
		t.Errorf("%d created and %d refused", created.Load(), full.Load())
	}
	w.spy.intercept(nil, nil)
	for i := range servers {
		w.countIs("i-"+itoa(i), "10")
	}
}

// TestCreationIsTakenBackOrFinished breaks it at every step.
func TestCreationIsTakenBackOrFinished(t *testing.T) {
	for _, test := range []struct {
		name string
		// answer stands between the client and the server for POST /databases.
		answer func(backend http.Handler, w http.ResponseWriter, r *http.Request)
		want   error // nil if the creation succeeds
		status string
	}{
		{"the server refuses the schema", func(_ http.Handler, w http.ResponseWriter, _ *http.Request) {
			http.Error(w, `{"detail":"bad"}`, http.StatusUnprocessableEntity)
		}, kuzu.ErrInvalidRequest, ""},
		{"the server is full", func(_ http.Handler, w http.ResponseWriter, _ *http.Request) {
			http.Error(w, `{"detail":"full"}`, http.StatusInsufficientStorage)
		}, kuzu.ErrCapacity, ""},
		{"the answer is lost", func(backend http.Handler, w http.ResponseWriter, r *http.Request) {
			backend.ServeHTTP(discard{}, r)
			panic(http.ErrAbortHandler)
		}, nil, "active"},
		{"the request is lost", func(http.Handler, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, kuzu.ErrCapacity, ""},
		{"the server fails after it created", func(backend http.Handler, w http.ResponseWriter, r *http.Request) {
			backend.ServeHTTP(discard{}, r)
			http.Error(w, "Internal Server Error", http.StatusInternalServerError)
		}, nil, "active"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			n := w.writer("i-1", "standard")
			n.before = func(backend http.Handler, rw http.ResponseWriter, r *http.Request) bool {
				if r.Method != http.MethodPost || r.URL.Path != "/databases" {
					return false
				}
				test.answer(backend, rw, r)
				return true
			}
			_, err := w.factory().CreateGraph(t.Context(), parent, "standard", factory.GraphSpec{})
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			w.graphIs(parent, test.status, "i-1")
			w.countIs("i-1", map[string]string{"": "0", "active": "1"}[test.status])
		})
	}
}

// discard takes an answer that nobody is to see.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}

// TestCreationIsRepaired calls it again after a crash between its steps.
func TestCreationIsRepaired(t *testing.T) {
	for _, hasDatabase := range []bool{false, true} {
		w := newWorld(t)
		n := w.writer("i-1", "standard")
		w.place(parent, "i-1", "status", "creating", "allocation_lock", "of-a-dead-process")
		if hasDatabase {
			if err := n.engine.Create(t.Context(), parent); err != nil {
				t.Fatal(err)
			}
		}
		w.db.Put(instances, counted(w.db.Get(instances, "i-1"), 1))
		if _, err := w.factory().CreateGraph(t.Context(), parent, "standard", factory.GraphSpec{}); err != nil {
			t.Error(err)
		}
		w.graphIs(parent, "active", "i-1")
		w.countIs("i-1", "1")
	}
	t.Run("its instance is gone", func(t *testing.T) {
		w := newWorld(t)
		w.place(parent, "i-gone", "status", "creating", "allocation_lock", "of-a-dead-process")
		w.writer("i-2", "standard")
		if _, err := w.factory().CreateGraph(t.Context(), parent, "standard", factory.GraphSpec{}); err != nil {
			t.Error(err)
		}
		w.graphIs(parent, "active", "i-2")
		w.countIs("i-2", "1")
	})
}

func counted(item dynamo.Item, n int) dynamo.Item {
	item["database_count"] = dynamo.Number(n)
	return item
}

// TestDeletionAfterALostAnswer takes a 404 for success, and leaves everything as
// it is where the server cannot be asked.
func TestDeletionAfterALostAnswer(t *testing.T) {
	w := newWorld(t)
	n := w.writer("i-1", "standard", parent)
	w.db.Put(instances, counted(w.db.Get(instances, "i-1"), 1))
	var asked atomic.Int32
	n.before = func(backend http.Handler, _ http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodDelete || asked.Add(1) > 1 {
			return false
		}
		backend.ServeHTTP(discard{}, r)
		panic(http.ErrAbortHandler)
	}
	f := w.factory()
	if err := f.DeleteGraph(t.Context(), parent); err != nil {
		t.Fatal(err)
	}
	w.graphIs(parent, "deleted", "i-1")
	w.countIs("i-1", "0")

	dead := w.start("i-2", server.NodeTypeWriter)
	w.register("i-2", dead.URL, "standard", "writer")
	dead.Close()
	w.place("kg2", "i-2")
	if err := f.DeleteGraph(t.Context(), "kg2"); !errors.Is(err, kuzu.ErrUnavailable) {
		t.Errorf("on a dead instance: %v", err)
	}
	w.graphIs("kg2", "active", "i-2")

	// An instance that is gone for good takes its databases with it.
	w.place("kg3", "i-404")
	if err := f.DeleteGraph(t.Context(), "kg3"); err != nil {
		t.Error(err)
	}
	w.graphIs("kg3", "deleted", "i-404")
}

// TestCreationInDevelopment goes to the one server that there is.
func TestCreationInDevelopment(t *testing.T) {
	w := newWorld(t)
	n := w.start("local", server.NodeTypeWriter)
	w.cfg.Environment, w.cfg.APIURL = "dev", n.URL
	f := w.factory()
	if _, err := f.CreateGraph(t.Context(), parent, "standard", factory.GraphSpec{}); err != nil {
		t.Fatal(err)
	}
	if err := f.DeleteGraph(t.Context(), parent); err != nil {
		t.Error(err)
	}
	if _, err := n.engine.Stat(context.Background(), parent); !errors.Is(err, mockserver.ErrDatabaseNotFound) {
		t.Error(err)
	}
}
