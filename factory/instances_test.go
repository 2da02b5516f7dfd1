package factory_test

import (
	"errors"
	"testing"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/gen/server"
	"github.com/robosystems/kuzuclient/kuzu"
)

func TestInstances(t *testing.T) {
	w := newWorld(t)
	node := w.start("i-2", server.NodeTypeWriter)
	w.register("i-2", node.URL, "standard", "writer", "status", "unhealthy")
	w.register("i-1", "http://8.8.8.8:8001", "standard", "writer", "private_ip", "")
	w.register("i-3", "", "enterprise", "writer")
	f := w.factory(func(c *factory.Config) { c.ReplicaURL = "http://127.0.0.1:9" })
	list, err := f.Instances(t.Context())
	if err != nil || len(list) != 4 {
		t.Fatalf("%+v, %v", list, err)
	}
	if list[0].ID != "i-3" || list[0].Endpoint != "http://127.0.0.1:8001" || list[0].MaxDatabases != 10 {
		t.Errorf("the first is %+v", list[0])
	}
	if list[1].ID != "i-1" || list[1].Endpoint != "" || list[1].Problem == "" {
		t.Errorf("one whose address is public is %+v", list[1])
	}
	if list[2].Status != "unhealthy" || list[2].Endpoint != node.URL {
		t.Errorf("an unhealthy one is %+v", list[2])
	}
	if list[3].NodeType != "load_balancer" || list[3].Endpoint != "http://127.0.0.1:9" {
		t.Errorf("the load balancer is %+v", list[3])
	}
	f = w.factory(func(c *factory.Config) { c.Environment, c.APIURL = "dev", node.URL })
	if list, err := f.Instances(t.Context()); err != nil || len(list) != 1 || list[0].Endpoint != node.URL {
		t.Errorf("in development: %+v, %v", list, err)
	}
}

// TestInvalidate has one process tell another.
func TestInvalidate(t *testing.T) {
	w := newWorld(t)
	w.writer("i-1", "standard", parent)
	w.writer("i-2", "standard")
	reader, operator := w.factory(), w.factory()
	if _, err := reader.Client(t.Context(), parent, factory.Read); err != nil {
		t.Fatal(err)
	}
	if d := reader.Explain(t.Context(), parent, factory.Read); d.Instance != "i-1" {
		t.Fatalf("before: %v", d)
	}
	w.place(parent, "i-2")
	eventually(t, func() bool {
		if err := operator.Invalidate(t.Context(), parent); err != nil {
			t.Fatal(err)
		}
		return reader.Explain(t.Context(), parent, factory.Read).Instance == "i-2"
	})
	for _, test := range []struct {
		graph string
		set   func(*factory.Config)
		want  error
	}{
		{"no id", func(*factory.Config) {}, kuzu.ErrInvalidRequest},
		{parent, func(c *factory.Config) { c.RedisCache = false }, kuzu.ErrConfiguration},
		{parent, func(c *factory.Config) { c.Environment = "dev" }, kuzu.ErrConfiguration},
		{"sec", func(c *factory.Config) { c.RedisURL = "redis://127.0.0.1:1" }, kuzu.ErrUnavailable},
	} {
		if err := w.factory(test.set).Invalidate(t.Context(), test.graph); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.graph, err, test.want)
		}
	}
}
