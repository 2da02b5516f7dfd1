package factory_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver/dynamo"
	"github.com/robosystems/kuzuclient/resilience"
	"github.com/robosystems/kuzuclient/resilience/page"
)

// TestAPI calls through the generated client, also after the graph has moved.
func TestAPI(t *testing.T) {
	w := newWorld(t)
	w.cfg.APIKey = "key-of-the-fleet"
	old := w.writer("i-1", "standard", parent)
	api, err := w.factory().API(t.Context(), parent, factory.Read)
	if err != nil {
		t.Fatal(err)
	}
	query := func() {
		t.Helper()
		answer, err := api.QueryDatabaseWithResponse(t.Context(), parent, nil, gen.QueryDatabaseJSONRequestBody{Database: parent, Cypher: "RETURN 1 AS one"})
		if err != nil || answer.StatusCode() != http.StatusOK {
			t.Fatalf("%v, %v", answer, err)
		}
	}
	query()
	old.Close()
	next := w.writer("i-2", "standard", parent)
	query()
	if next.requests("query") != 1 {
		t.Error("the call went elsewhere")
	}
	if _, err := w.factory().API(t.Context(), "..", factory.Read); !errors.Is(err, kuzu.ErrInvalidRequest) {
		t.Errorf("an id that climbs: %v", err)
	}
}

// TestClientForInstance calls one that the registry does not know.
func TestClientForInstance(t *testing.T) {
	w := newWorld(t)
	n := w.start("i-1", "writer", parent)
	f := w.factory()
	c, err := f.ClientForInstance(n.URL, factory.WithKuzu(kuzu.WithGraph(parent)))
	mustQuery(t, c, err)
	if w.spy.count("GetItem", graphs) != 0 {
		t.Error("the registry was asked")
	}
	for _, address := range []string{"", "10.0.0.1:8001", "http://93.184.216.34:8001", "http://metadata.internal", "ftp://10.0.0.1", "http://10.0.0.1/path"} {
		if _, err := f.ClientForInstance(address); !errors.Is(err, kuzu.ErrConfiguration) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// TestWithTimeout bounds a call of which no attempt is bounded so tightly.
func TestWithTimeout(t *testing.T) {
	w := newWorld(t)
	n := w.writer("i-1", "standard", parent)
	n.before = func(_ http.Handler, _ http.ResponseWriter, r *http.Request) bool {
		_, _ = io.Copy(io.Discard, r.Body) // or the server does not see the client go
		<-r.Context().Done()
		return true
	}
	f := w.factory()
	c, err := f.Client(t.Context(), parent, factory.Read, factory.WithTimeout(20*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Query(t.Context(), "RETURN 1 AS one", nil); !errors.Is(err, kuzu.ErrTimeout) {
		t.Errorf("got %v", err)
	}
	if _, err := f.Client(t.Context(), parent, factory.Read, factory.WithTimeout(0), factory.WithEnvironment("Prod 1")); !errors.Is(err, kuzu.ErrConfiguration) {
		t.Errorf("no time at all: %v", err)
	}
}

// TestWithEnvironment finds a graph in the tables of another environment, and
// keeps it apart from one of the same name here.
func TestWithEnvironment(t *testing.T) {
	db := dynamo.New(append(dynamo.Registry("test"), dynamo.Registry("staging")...)...)
	for _, environment := range []string{"test", "staging"} {
		db.Put("robosystems-kuzu-"+environment+"-instance-registry", dynamo.Item{"instance_id": dynamo.String("i-" + environment),
			"private_ip": dynamo.String("10.0.0." + itoa(len(environment))), "status": dynamo.String("healthy")})
		db.Put("robosystems-kuzu-"+environment+"-graph-registry", dynamo.Item{"graph_id": dynamo.String(parent), "instance_id": dynamo.String("i-" + environment)})
	}
	w := newWorld(t)
	w.cfg.InstanceTable, w.cfg.GraphTable = factory.DefaultConfig().InstanceTable, factory.DefaultConfig().GraphTable
	w.cfg.AWS = awsFor("http://registry.invalid")
	w.cfg.AWS.HTTPClient = direct{db}
	f := w.factory()
	for range 2 {
		for environment, want := range map[string]string{"test": "i-test", "staging": "i-staging"} {
			d := f.Explain(t.Context(), parent, factory.Read, factory.WithEnvironment(environment))
			if d.Instance != want || d.Environment != environment {
				t.Errorf("explained as %v", d)
			}
		}
	}
	f.Close()
	if _, err := f.Client(t.Context(), parent, factory.Read, factory.WithEnvironment("dev")); !errors.Is(err, kuzu.ErrCanceled) {
		t.Errorf("of a closed factory: %v", err)
	}
}

// TestTracker shows servers, their breakers, the registry and Redis as JSON, as
// whoever runs a service reads it.
func TestTracker(t *testing.T) {
	w := newWorld(t)
	n := w.writer("i-1", "standard", parent)
	w.cfg.MaxRetries = 0
	f := w.factory()
	c, err := f.Client(t.Context(), parent, factory.Read)
	mustQuery(t, c, err)
	status := httptest.NewServer(page.Handler(f.Tracker()))
	defer status.Close()
	read := func() map[string]page.Service {
		t.Helper()
		resp, err := http.Get(status.URL + "?format=json")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var view page.View
		if err := json.NewDecoder(resp.Body).Decode(&view); err != nil {
			t.Fatal(err)
		}
		services := map[string]page.Service{}
		for _, s := range view.Services {
			services[s.Name] = s
		}
		return services
	}
	services := read()
	if s := services[n.URL]; s.State != "healthy" || s.Calls != 1 || len(s.Breakers) != 2 || s.P95MS == 0 {
		t.Errorf("the server: %+v", s)
	}
	if s := services["registry"]; s.State != "healthy" || len(s.Breakers) != 2 || s.P95MS == 0 {
		t.Errorf("the registry: %+v", s)
	}
	if s := services["redis"]; s.Calls == 0 || len(s.Breakers) != 1 {
		t.Errorf("Redis: %+v", s)
	}
	n.Close()
	for range 5 {
		if _, err := c.Query(t.Context(), "RETURN 1 AS one", nil); err == nil {
			t.Error("a dead server answers")
		}
	}
	if s := read()[n.URL]; s.State != "down" || s.FailedCalls < 3 || s.Breakers[0].State != "open" {
		t.Errorf("the dead server: %+v", s)
	}
	if alerts := f.Tracker().Alerts(); len(alerts) == 0 {
		t.Error("nobody is told")
	}
	f.Close()
	if err := f.Tracker().Register("more", resilience.MiddlewareHealth(nil)); !errors.Is(err, resilience.ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}

// TestFleetThatChangesForMonths names more servers than are remembered.
func TestFleetThatChangesForMonths(t *testing.T) {
	w := newWorld(t)
	f := w.factory()
	for i := range 4200 {
		if _, err := f.ClientForInstance(fmt.Sprintf("http://10.0.%d.%d:8001", i/250, i%250)); err != nil {
			t.Fatal(err)
		}
	}
	if n := f.Stats().TotalPools; n != 4096 {
		t.Errorf("%d are remembered", n)
	}
}
