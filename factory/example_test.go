package factory_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/fleet"
)

// A service makes one factory, of its environment, and asks it for clients. The
// fleet of this example is on loopback, and its only graph is on a standard writer.
func Example() {
	servers := startFleet()
	defer servers.Close()

	ctx := context.Background()
	cfg, err := factory.ConfigFromEnv()
	if err != nil {
		log.Fatal(err)
	}
	f, err := factory.New(ctx, cfg)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()

	c, err := f.Client(ctx, "kg1a2b3c4d5e6f7a8b", factory.Read)
	if err != nil {
		log.Fatal(err)
	}
	names, err := kuzu.QueryAs[string](ctx, c, "MATCH (e:Entity) RETURN e.name", nil)
	fmt.Println(names, err)

	d := f.Explain(ctx, "kg1a2b3c4d5e6f7a8b", factory.Read)
	fmt.Println(d.Target, d.Instance)
	// Output:
	// [Ada] <nil>
	// user_graph i-00000001
}

func startFleet() *fleet.Fleet {
	cfg := fleet.DefaultConfig()
	cfg.Engine = func(string) (mockserver.Engine, error) {
		engine := mockserver.NewScripted()
		engine.Answer("MATCH (e:Entity) RETURN e.name", []string{"e.name"}, []any{"Ada"})
		return engine, nil
	}
	servers, err := fleet.Start(context.Background(), cfg)
	if err != nil {
		log.Fatal(err)
	}
	if err := servers.Place(context.Background(), "kg1a2b3c4d5e6f7a8b", servers.Writers("standard")[0].ID); err != nil {
		log.Fatal(err)
	}
	for name, value := range servers.Env() {
		if err := os.Setenv(name, value); err != nil {
			log.Fatal(err)
		}
	}
	return servers
}
