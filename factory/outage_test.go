package factory_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/mockserver/dynamo"
)

// instant asks a registry without a network, so that time can be virtual.
type instant struct{ *dynamo.Server }

func (i instant) Do(req *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	i.ServeHTTP(answer, req)
	return answer.Result(), nil
}

// TestOutageOfAMinute takes the registry away for 60 s, in which everything that is
// known expires many times. No lookup of what is known fails, and what changed
// meanwhile is found soon after the registry is back.
func TestOutageOfAMinute(t *testing.T) {
	for name, fault := range map[string]*dynamo.Fault{
		"throttling": {Type: "ProvisionedThroughputExceededException"},
		"failing":    {Status: 500, Type: "InternalServerError"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { outageOfAMinute(t, fault) })
		})
	}
}

func outageOfAMinute(t *testing.T, fault *dynamo.Fault) {
	db := dynamo.New(dynamo.Registry("test")...)
	for _, id := range []string{"i-1", "i-2"} {
		db.Put(instances, dynamo.Item{
			"instance_id": dynamo.String(id), "status": dynamo.String("healthy"), "node_type": dynamo.String("writer"),
			"private_ip": dynamo.String("10.0.0." + id[2:]),
		})
	}
	place := func(graph, instance string) {
		db.Put(graphs, dynamo.Item{"graph_id": dynamo.String(graph), "instance_id": dynamo.String(instance), "status": dynamo.String("active")})
	}
	cfg := factory.DefaultConfig()
	cfg.Environment, cfg.RedisCache, cfg.CacheTTL = "test", false, 5*time.Second
	cfg.Logger = slog.New(slog.DiscardHandler)
	cfg.AWS = &aws.Config{Region: "us-east-1", HTTPClient: instant{db}, Credentials: credentials.NewStaticCredentialsProvider("id", "secret", "")}
	f, err := factory.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()

	known := []string{"kg1", "kg2", "kg3"}
	for _, id := range known {
		place(id, "i-1")
	}
	if err := f.Warm(t.Context(), known...); err != nil {
		t.Fatal(err)
	}
	db.Intercept(func(dynamo.Request) *dynamo.Fault { return fault })
	failed, calls := 0, 0
	for began := time.Now(); time.Since(began) < time.Minute; time.Sleep(100 * time.Millisecond) { //nolint:forbidigo // virtual time
		for _, id := range known {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if _, err := f.Client(ctx, id, factory.Read); err != nil {
				t.Logf("after %v: %v", time.Since(began), err)
				failed++
			}
			cancel()
			calls++
		}
	}
	if failed > 0 || f.Stats().Lookups.Stale == 0 {
		t.Errorf("%d of %d lookups failed; %+v", failed, calls, f.Stats().Lookups)
	}
	db.Intercept(nil)
	for _, id := range known {
		place(id, "i-2")
	}
	time.Sleep(cfg.CacheTTL + 5*time.Second) //nolint:forbidigo // virtual time
	for _, id := range known {
		if _, err := f.Client(t.Context(), id, factory.Read); err != nil {
			t.Fatal(err)
		}
		if d := f.Explain(t.Context(), id, factory.Read); d.Instance != "i-2" || d.Stale {
			t.Errorf("explained as %v", d)
		}
	}
}
