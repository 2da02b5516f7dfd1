package factory_test

import (
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/gen/server"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver/dynamo"
)

// routing is a row of the tables below: a fleet, a call, and where it arrives or
// how it fails.
type routing struct {
	name    string
	graph   string // "" means parent
	op      factory.Op
	options []factory.ClientOption
	// setup builds the fleet and returns the server that should get the call, nil
	// if none should.
	setup func(w *world) *node
	fails error  // matches the error, if no server should get the call
	says  string // is in the error, or in Explain if there is none
	warns string // is in the log
}

func (r routing) run(t *testing.T) {
	w := newWorld(t)
	if r.graph == "" {
		r.graph = parent
	}
	if r.op == 0 {
		r.op = factory.Read
	}
	want := r.setup(w)
	f := w.factory()
	c, err := f.Client(t.Context(), r.graph, r.op, r.options...)
	d := f.Explain(t.Context(), r.graph, r.op, r.options...)
	if !strings.Contains(w.log.String(), r.warns) {
		t.Errorf("%q is not in the log", r.warns)
	}
	if want == nil {
		if !errors.Is(err, r.fails) || !strings.Contains(err.Error(), r.says) {
			t.Errorf("got %v; want %v with %q", err, r.fails, r.says)
		}
		if !errors.Is(d.Err, r.fails) || d.Endpoint != "" {
			t.Errorf("explained as %v", d)
		}
		return
	}
	if err != nil {
		t.Fatalf("%v\n%v", err, d)
	}
	if _, err := c.Query(t.Context(), "RETURN 1 AS one", nil); err != nil {
		t.Fatalf("%v\n%v", err, d)
	}
	if want.requests("/databases/"+c.Graph()+"/query") != 1 {
		t.Errorf("the call went elsewhere: %v", d)
	}
	if d.Err != nil || d.Endpoint != want.URL || !strings.Contains(d.String(), r.says) {
		t.Errorf("explained as %v\nwant %q", d, r.says)
	}
}

// TestRoutesOfUserGraphs has the rows of user graphs in the specification and in
// section 14 of the wire contract.
func TestRoutesOfUserGraphs(t *testing.T) {
	const sub = parent + "_dev"
	for _, row := range []routing{
		{name: "read", setup: func(w *world) *node { return w.writer("i-1", "standard", parent) }, says: "user_graph"},
		{name: "write", op: factory.Write, setup: func(w *world) *node { return w.writer("i-1", "enterprise", parent) }},
		{name: "the tier of the caller changes nothing", options: []factory.ClientOption{factory.WithTier("premium")},
			setup: func(w *world) *node { return w.writer("i-1", "standard", parent) }},
		{name: "a subgraph goes to its parent's instance under its own name", graph: sub, setup: func(w *world) *node {
			n := w.writer("i-1", "enterprise", parent, sub)
			w.db.Delete(graphs, sub)
			return n
		}, says: "a subgraph of " + parent},
		{name: "a subgraph whose parent is nowhere", graph: sub, setup: func(*world) *node { return nil }, fails: kuzu.ErrRouting, says: "graph " + parent + " is not in the registry"},
		{name: "a short id", graph: "kg1a2b3c4d5", setup: func(w *world) *node { return w.writer("i-1", "standard", "kg1a2b3c4d5") }},
		{name: "an unknown graph", setup: func(*world) *node { return nil }, fails: kuzu.ErrRouting, says: "is not in the registry"},
		{name: "a deleted graph", setup: func(w *world) *node {
			w.writer("i-1", "standard", parent)
			w.place(parent, "i-1", "status", "deleted", "deleted_at", "2025-09-20T12:00:00Z")
			return nil
		}, fails: kuzu.ErrRouting, says: "was deleted at 2025-09-20"},
		{name: "a graph that is being moved", setup: func(w *world) *node {
			n := w.writer("i-1", "standard", parent)
			w.place(parent, "i-1", "status", "migrating")
			return n
		}},
		{name: "a record without an instance", setup: func(w *world) *node { w.place(parent, "i-1", "instance_id", ""); return nil },
			fails: kuzu.ErrRouting, says: "names no instance", warns: parent},
		{name: "an instance without a record", setup: func(w *world) *node { w.place(parent, "i-1"); return nil }, fails: kuzu.ErrUnavailable, says: "i-1"},
		{name: "an instance that says nothing of its status", setup: func(w *world) *node {
			n := w.start("i-1", server.NodeTypeWriter, parent)
			w.db.Put(instances, dynamo.Item{"instance_id": dynamo.String("i-1"), "endpoint_url": dynamo.String(n.URL)})
			w.place(parent, "i-1")
			return n
		}},
		{name: "a terminating instance", setup: status("terminating"), fails: kuzu.ErrUnavailable, says: "is terminating"},
		{name: "a terminated instance", setup: status("terminated"), fails: kuzu.ErrUnavailable, says: "is terminated"},
		{name: "an unhealthy instance that is well", setup: func(w *world) *node {
			n := w.writer("i-1", "standard", parent)
			w.register("i-1", n.URL, "standard", "writer", "status", "unhealthy")
			return n
		}},
		{name: "an unhealthy instance that refuses", setup: func(w *world) *node {
			n := w.writer("i-1", "standard", parent)
			w.register("i-1", n.URL, "standard", "writer", "status", "unhealthy")
			n.Close()
			return nil
		}, fails: kuzu.ErrUnavailable, says: "a check says"},
		{name: "an unhealthy instance that is loading data", setup: func(w *world) *node {
			n := w.writer("i-1", "standard", parent)
			w.register("i-1", n.URL, "standard", "writer", "status", "unhealthy")
			_ = w.redis.Set("kuzu:ingestion:active:i-1", `{"task_id":"t"}`)
			return n
		}, says: "busy"},
		{name: "a public endpoint with a private address beside it", setup: func(w *world) *node {
			w.place(parent, "i-1")
			w.register("i-1", "http://93.184.216.34:8001", "standard", "writer", "private_ip", "93.184.216.34")
			return nil
		}, fails: kuzu.ErrRouting, says: "neither a private nor a loopback address", warns: "i-1"},
		{name: "a name instead of an address", setup: func(w *world) *node {
			w.place(parent, "i-1")
			w.register("i-1", "http://metadata.internal:80", "standard", "writer", "private_ip", "")
			return nil
		}, fails: kuzu.ErrRouting, says: "is a name", warns: "i-1"},
		{name: "the address of the instance's metadata service", setup: func(w *world) *node {
			w.place(parent, "i-1")
			w.register("i-1", "", "standard", "writer", "private_ip", "169.254.169.254", "endpoint_url", "")
			return nil
		}, fails: kuzu.ErrRouting, says: "169.254.169.254"},
		{name: "an id that climbs", graph: "../health", setup: func(*world) *node { return nil }, fails: kuzu.ErrInvalidRequest, says: "is not the id of a graph"},
		{name: "no id", graph: "..", setup: func(*world) *node { return nil }, fails: kuzu.ErrInvalidRequest},
		{name: "a subgraph of a shared repository", graph: "sec_dev", setup: func(*world) *node { return nil }, fails: kuzu.ErrInvalidRequest, says: "shared repositories have none"},
		{name: "garbage in Redis", setup: func(w *world) *node {
			_ = w.redis.Set("kuzu:test:location:"+parent, `{"location":[]}`)
			return w.writer("i-1", "standard", parent)
		}, warns: "kuzu:test:location:" + parent},
		{name: "a public address in Redis", setup: func(w *world) *node {
			_ = w.redis.Set("kuzu:test:location:"+parent, `{"location":{"instance_id":"i-1","private_ip":"93.184.216.34"},"timestamp":`+epoch()+`}`)
			return w.writer("i-1", "standard", parent)
		}, warns: "93.184.216.34"},
		{name: "Redis is away", setup: func(w *world) *node { w.redis.Away(&w.cfg); return w.writer("i-1", "standard", parent) }, says: "redis: no answer"},
		{name: "development", setup: func(w *world) *node {
			n := w.start("local", server.NodeTypeWriter, parent)
			w.cfg.Environment, w.cfg.APIURL = "dev", n.URL
			return n
		}, says: "everything goes to KUZU_API_URL"},
	} {
		t.Run(row.name, row.run)
	}
}

// status is an instance with a graph that has a status.
func status(s string) func(*world) *node {
	return func(w *world) *node {
		n := w.writer("i-1", "standard", parent)
		w.register("i-1", n.URL, "standard", "writer", "status", s)
		return nil
	}
}

// TestRoutesOfSharedRepositories has the rows of shared repositories.
func TestRoutesOfSharedRepositories(t *testing.T) {
	master := func(w *world) *node {
		n := w.start("i-m", server.NodeTypeSharedMaster, "sec")
		w.register("i-m", n.URL, "shared", "shared_master")
		return n
	}
	replicas := func(w *world) *node {
		n := w.start("alb", server.NodeTypeSharedReplica, "sec")
		w.cfg.ReplicaURL, w.cfg.ReplicaReads = n.URL, true
		return n
	}
	for _, row := range []routing{
		{name: "write", op: factory.Write, setup: func(w *world) *node { replicas(w); return master(w) }, says: "shared_master"},
		{name: "in any case of letters", graph: "SEC", setup: master},
		{name: "read with replicas", setup: func(w *world) *node { master(w); return replicas(w) }, says: "shared_replica_alb"},
		{name: "read with replicas that are switched off", setup: func(w *world) *node {
			replicas(w)
			w.cfg.ReplicaReads = false
			return master(w)
		}, says: "SHARED_REPLICA_ALB_ENABLED is false"},
		{name: "read without replicas", setup: func(w *world) *node { w.cfg.ReplicaReads = true; return master(w) }, says: "KUZU_REPLICA_ALB_URL is empty"},
		{name: "read without replicas, master not allowed", setup: func(w *world) *node { w.cfg.MasterReads = false; master(w); return nil },
			fails: kuzu.ErrUnavailable, says: "ALLOW_SHARED_MASTER_READS is false"},
		{name: "read with unhealthy replicas", setup: func(w *world) *node { replicas(w).Close(); return master(w) }, says: "their load balancer is unhealthy"},
		{name: "read with unhealthy replicas, master not allowed", setup: func(w *world) *node {
			replicas(w).Close()
			w.cfg.MasterReads = false
			master(w)
			return nil
		}, fails: kuzu.ErrUnavailable, says: "their load balancer is unhealthy"},
		{name: "read with replicas that another process found unhealthy", setup: func(w *world) *node {
			replicas(w)
			_ = w.redis.Set("kuzu:test:alb:health", `{"healthy": false, "timestamp": `+epoch()+`}`)
			return master(w)
		}, says: "from redis"},
		{name: "read with an old verdict", setup: func(w *world) *node {
			_ = w.redis.Set("kuzu:test:alb:health", `{"healthy": false, "timestamp": 1700000000}`)
			master(w)
			return replicas(w)
		}},
		{name: "read with health checks switched off", setup: func(w *world) *node {
			w.cfg.HealthChecks = false
			_ = w.redis.Set("kuzu:test:alb:health", `{"healthy": false, "timestamp": `+epoch()+`}`)
			return replicas(w)
		}, says: "not checked"},
		{name: "read your writes", options: []factory.ClientOption{factory.FromMaster()}, setup: func(w *world) *node { replicas(w); return master(w) }},
		{name: "read your writes, master not allowed", options: []factory.ClientOption{factory.FromMaster()}, setup: func(w *world) *node {
			w.cfg.MasterReads = false
			replicas(w)
			return nil
		}, fails: kuzu.ErrRouting, says: "ALLOW_SHARED_MASTER_READS"},
		{name: "the master known to Redis", op: factory.Write, setup: func(w *world) *node {
			n := w.start("i-m", server.NodeTypeSharedMaster, "sec")
			_ = w.redis.Set("kuzu:test:shared_master:url", n.URL)
			return n
		}, says: "redis"},
		{name: "no master, and localhost is no substitute", op: factory.Write, setup: func(w *world) *node {
			w.cfg.APIURL = w.start("local", server.NodeTypeWriter, "sec").URL
			return nil
		}, fails: kuzu.ErrUnavailable, says: "there is no shared master"},
		{name: "a master that is registered as a writer", op: factory.Write, setup: func(w *world) *node {
			w.register("i-m", "http://127.0.0.1:1", "shared", "writer")
			return nil
		}, fails: kuzu.ErrUnavailable},
		{name: "a master that the index does not have", op: factory.Write, setup: func(w *world) *node {
			n := master(w)
			w.register("i-m", n.URL, "", "shared_master", "cluster_tier", "")
			return n
		}},
		{name: "an unhealthy master that is loading data", op: factory.Write, setup: func(w *world) *node {
			n := master(w)
			w.register("i-m", n.URL, "shared", "shared_master", "status", "unhealthy")
			_ = w.redis.Set("kuzu:ingestion:active:i-m", `{}`)
			_ = w.redis.Set("kuzu:ingestion:active:unknown", `{}`)
			return n
		}, says: "busy"},
		{name: "an unhealthy master that is well", op: factory.Write, setup: func(w *world) *node {
			n := master(w)
			w.register("i-m", n.URL, "shared", "shared_master", "status", "unhealthy")
			return n
		}},
		{name: "the first master has no address", op: factory.Write, setup: func(w *world) *node {
			w.register("i-a", "", "shared", "shared_master", "endpoint_url", "", "private_ip", "")
			return master(w)
		}, warns: "i-a"},
		{name: "development", setup: func(w *world) *node {
			n := w.start("local", server.NodeTypeWriter, "sec")
			w.cfg.Environment, w.cfg.APIURL = "local", n.URL
			return n
		}, says: "development"},
	} {
		if row.graph == "" {
			row.graph = "sec"
		}
		t.Run(row.name, row.run)
	}
}

// TestFailover breaks what a client was made for, between two calls.
func TestFailover(t *testing.T) {
	t.Run("the instance dies and the graph moves", func(t *testing.T) {
		w := newWorld(t)
		old := w.writer("i-1", "standard", parent)
		f := w.factory()
		c, err := f.Client(t.Context(), parent, factory.Read)
		mustQuery(t, c, err)
		old.Close()
		w.writer("i-2", "standard", parent)
		mustQuery(t, c, nil)
		if d := f.Explain(t.Context(), parent, factory.Read); d.Instance != "i-2" {
			t.Errorf("explained as %v", d)
		}
	})
	t.Run("the graph moves and the old instance answers", func(t *testing.T) {
		w := newWorld(t)
		old := w.writer("i-1", "standard", parent)
		c, err := w.factory().Client(t.Context(), parent, factory.Read)
		mustQuery(t, c, err)
		if err := old.engine.Drop(t.Context(), parent); err != nil {
			t.Fatal(err)
		}
		w.writer("i-2", "standard", parent)
		eventually(t, func() bool { _, err := c.Query(t.Context(), "RETURN 1 AS one", nil); return err == nil })
	})
	t.Run("the replicas die", func(t *testing.T) {
		w := newWorld(t)
		replicas := w.start("alb", server.NodeTypeSharedReplica, "sec")
		w.cfg.ReplicaURL, w.cfg.ReplicaReads = replicas.URL, true
		master := w.start("i-m", server.NodeTypeSharedMaster, "sec")
		w.register("i-m", master.URL, "shared", "shared_master")
		c, err := w.factory().Client(t.Context(), "sec", factory.Read)
		mustQuery(t, c, err)
		replicas.Close()
		mustQuery(t, c, nil)
		if master.requests("query") != 1 {
			t.Error("the master did not answer")
		}
		eventually(t, func() bool {
			stored, _ := w.redis.Get("kuzu:test:alb:health")
			return strings.Contains(stored, `"healthy":false`)
		})
	})
	t.Run("a read client does not lose a write on a replica", func(t *testing.T) {
		w := newWorld(t)
		replicas := w.start("alb", server.NodeTypeSharedReplica, "sec")
		w.cfg.ReplicaURL, w.cfg.ReplicaReads = replicas.URL, true
		master := w.start("i-m", server.NodeTypeSharedMaster, "sec")
		w.register("i-m", master.URL, "shared", "shared_master")
		master.engine.Answer("CREATE (:A {id: 1})", nil)
		c, err := w.factory().Client(t.Context(), "sec", factory.Read)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Query(t.Context(), "CREATE (:A {id: 1})", nil); err != nil || master.requests("query") != 1 {
			t.Errorf("%v; the master was asked %d times", err, master.requests("query"))
		}
	})
}

// TestMasterOnTheLastPage has 500 instances and no index, as in development.
func TestMasterOnTheLastPage(t *testing.T) {
	w := newWorld(t)
	tables := dynamo.Registry("test")
	tables[0].Indexes = nil
	w.useTables(tables)
	for i := range 499 {
		w.register("i-"+strings.Repeat("0", 3-len(itoa(i)))+itoa(i), net.JoinHostPort("http://10.0.0.1", "8001"), "standard", "writer")
	}
	master := w.start("i-m", server.NodeTypeSharedMaster, "sec")
	w.register("i-zzz", master.URL, "shared", "shared_master")
	c, err := w.factory().SharedMaster(t.Context(), "sec")
	mustQuery(t, c, err)
	if pages := w.spy.count("Scan", instances); pages < 5 {
		t.Errorf("the scan read %d pages", pages)
	}
	if _, err := w.factory().SharedMaster(t.Context(), parent); !errors.Is(err, kuzu.ErrInvalidRequest) {
		t.Errorf("the shared master of a user graph: %v", err)
	}
}

func mustQuery(t *testing.T, c *kuzu.Client, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Query(t.Context(), "RETURN 1 AS one", nil); err != nil {
		t.Fatal(err)
	}
}
