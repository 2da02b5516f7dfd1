package factory_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver/fleet"
)

// made is a factory over a fleet on loopback.
func made() (f *factory.Factory, servers *fleet.Fleet, stop func()) {
	servers = startFleet()
	cfg, err := factory.ConfigFromEnv()
	if err != nil {
		panic(err)
	}
	f, err = factory.New(context.Background(), cfg)
	if err != nil {
		panic(err)
	}
	return f, servers, func() {
		_ = f.Close()
		_ = servers.Close()
	}
}

// All that is wrong is said at once, with what may be there.
func ExampleConfigFrom() {
	env := map[string]string{"ENVIRONMENT": "staging", "KUZU_CLIENT_MAX_RETRIES": "many", "KUZU_CACHE_TTL": "-1"}
	_, err := factory.ConfigFrom(func(name string) (string, bool) { value, set := env[name]; return value, set })
	fmt.Println(err)
	// Output:
	// kuzu: configuration error: KUZU_CLIENT_MAX_RETRIES is "many"; it must be a whole number from 0 to 100
	// KUZU_CACHE_TTL is "-1"; it must be seconds, from 0 to 86400
}

// Code has the last word over defaults and environment.
func ExampleDefaultConfig() {
	cfg := factory.DefaultConfig()
	cfg.Environment = "dev" // where all goes to one server
	cfg.APIURL = "http://localhost:8001"
	cfg.MaxRetries = 0 // none, which is not "the default"
	f, err := factory.New(context.Background(), cfg)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	fmt.Println(f.Explain(context.Background(), "kg1a2b3c4d5e6f7a8b", factory.Write).Endpoint)
	// Output: http://localhost:8001
}

// What a client is for is said when it is made.
func ExampleFactory_Client() {
	f, _, stop := made()
	defer stop()

	ctx := context.Background()
	c, err := f.Client(ctx, "kg1a2b3c4d5e6f7a8b", factory.Read,
		factory.WithTimeout(10*time.Second), // of each call, with all its attempts
		factory.WithPurpose("report"),       // shown in logs
		factory.WithTier("standard"),
		factory.WithEnvironment("test"),
		factory.WithKuzu(kuzu.WithMaxMessageBytes(1<<20)))
	if err != nil {
		fmt.Println(err)
		return
	}
	names, err := kuzu.QueryAs[string](ctx, c, "MATCH (e:Entity) RETURN e.name", nil)
	fmt.Println(names, err)

	_, err = f.Client(ctx, "kgffffffffffffffff", factory.Read)
	fmt.Println(errors.Is(err, kuzu.ErrRouting)) // it is nowhere
	// Output:
	// [Ada] <nil>
	// true
}

// A new graph goes to the least full instance of its tier.
func ExampleFactory_CreateGraph() {
	f, _, stop := made()
	defer stop()

	ctx := context.Background()
	placed, err := f.CreateGraph(ctx, "kg00112233445566aa", "enterprise", factory.GraphSpec{EntityID: "entity-1"})
	fmt.Println(placed.Tier, placed.Instance, err)
	_, err = f.CreateGraph(ctx, "kg00112233445566aa", "enterprise", factory.GraphSpec{})
	fmt.Println(errors.Is(err, kuzu.ErrConflict))
	fmt.Println(f.DeleteGraph(ctx, "kg00112233445566aa"))
	// Output:
	// enterprise i-00000003 <nil>
	// true
	// <nil>
}

// A shared repository is written on the shared master and read from replicas, or
// from the master by those who have just written.
func ExampleFactory_SharedMaster() {
	f, servers, stop := made()
	defer stop()

	ctx := context.Background()
	if err := servers.Place(ctx, "sec", servers.Master().ID); err != nil {
		fmt.Println(err)
		return
	}
	if err := servers.SyncReplicas(ctx); err != nil {
		fmt.Println(err)
		return
	}
	master, err := f.SharedMaster(ctx, "sec")
	if err != nil {
		fmt.Println(err)
		return
	}
	exists, err := master.DatabaseExists(ctx)
	fmt.Println(exists, err)
	fmt.Println(f.Explain(ctx, "sec", factory.Read).Target)
	fmt.Println(f.Explain(ctx, "sec", factory.Read, factory.FromMaster()).Target)
	// Output:
	// true <nil>
	// shared_replica_alb
	// shared_master
}

// The generated client goes the same way.
func ExampleFactory_API() {
	f, _, stop := made()
	defer stop()

	ctx := context.Background()
	api, err := f.API(ctx, "kg1a2b3c4d5e6f7a8b", factory.Read)
	if err != nil {
		fmt.Println(err)
		return
	}
	reply, err := api.GetDatabaseWithResponse(ctx, "kg1a2b3c4d5e6f7a8b")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(reply.StatusCode(), reply.JSON200.GraphID)
	// Output: 200 kg1a2b3c4d5e6f7a8b
}

// A service that is about to take traffic looks its graphs up; who has moved one
// tells all processes.
func ExampleFactory_Warm() {
	f, _, stop := made()
	defer stop()

	ctx := context.Background()
	fmt.Println(f.Warm(ctx, "kg1a2b3c4d5e6f7a8b"))
	fmt.Println(f.Explain(ctx, "kg1a2b3c4d5e6f7a8b", factory.Read).Steps[0].Source)
	fmt.Println(f.Invalidate(ctx, "kg1a2b3c4d5e6f7a8b"))
	// Output:
	// <nil>
	// process
	// <nil>
}

// What an operator wants to know.
func ExampleFactory_Instances() {
	f, _, stop := made()
	defer stop()

	ctx := context.Background()
	if err := f.Warm(ctx, "kg1a2b3c4d5e6f7a8b"); err != nil {
		fmt.Println(err)
	}
	instances, err := f.Instances(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, instance := range instances {
		if instance.Tier == "standard" {
			fmt.Println(instance.ID, instance.NodeType, instance.Status)
		}
	}
	ill := 0
	for _, finding := range f.Check(ctx) {
		if finding.Mend != "" { // what to do about it
			ill++
		}
	}
	fmt.Println(ill, "things to mend")
	for _, status := range f.Tracker().All() {
		if status.Name == "registry" {
			fmt.Println(status.Name, status.State)
		}
	}
	fmt.Println(f.Stats().Lookups.Failed, "lookups failed")
	// Output:
	// i-00000001 writer healthy
	// i-00000002 writer healthy
	// 0 things to mend
	// registry healthy
	// 0 lookups failed
}

// The key of a fleet is in Secrets Manager, for which a handler stands in here.
func ExampleNewSecretsManagerKey() {
	standIn := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, _ = io.WriteString(w, `{"SecretString": "{\"KUZU_API_KEY\": \"kuzu_prod_0123456789\", \"GENERATED_AT\": \"2025-09-01T00:00:00Z\"}"}`)
	}))
	defer standIn.Close()
	keys := factory.NewSecretsManagerKey(aws.Config{
		Region: "us-east-1", BaseEndpoint: &standIn.URL,
		Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
	}, "robosystems/prod/kuzu")

	ctx := context.Background()
	key, err := keys.Key(ctx)
	fmt.Println(key, err)
	generated, err := keys.GeneratedAt(ctx)
	fmt.Println(generated.Format(time.DateOnly), err)
	// Output:
	// kuzu_prod_0123456789 <nil>
	// 2025-09-01 <nil>
}
