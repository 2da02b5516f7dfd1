package fleet_test

import (
	"context"
	"fmt"
	"net/http"

	"github.com/robosystems/kuzuclient/mockserver/fleet"
)

// An instance dies, and its graph comes back on another one with its data. Clients
// find all of it by what Env says.
func ExampleStart() {
	ctx := context.Background()
	f, err := fleet.Start(ctx, fleet.DefaultConfig())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()

	const graph = "kg0123456789abcdef"
	first, second := f.Writers("standard")[0], f.Writers("standard")[1]
	if err := f.Place(ctx, graph, first.ID); err != nil {
		fmt.Println(err)
		return
	}
	first.Kill()
	_, err = http.Get(first.URL + "/health")
	fmt.Println("killed:", err != nil)

	if err := f.Move(ctx, graph, second.ID); err != nil {
		fmt.Println(err)
		return
	}
	_, graphs := f.Tables()
	fmt.Println("registered at", f.Registry().Get(graphs, graph)["instance_id"].Text())
	resp, err := http.Get(second.URL + "/databases/" + graph)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(resp.Status, f.Env()["ENVIRONMENT"])
	// Output:
	// killed: true
	// registered at i-00000002
	// 200 OK test
}
