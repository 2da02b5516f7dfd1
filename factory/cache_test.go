package factory_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
)

// TestHerd has a thousand callers that ask for one graph before anything is known.
func TestHerd(t *testing.T) {
	w := newWorld(t)
	w.writer("i-1", "standard", parent)
	const callers = 1000
	var started, done sync.WaitGroup
	started.Add(callers)
	w.spy.intercept(func(string) *http.Response { started.Wait(); return nil }, nil)
	f := w.factory()
	for range callers {
		done.Go(func() {
			started.Done()
			if _, err := f.Client(t.Context(), parent, factory.Read); err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	if g, i := w.spy.count("GetItem", graphs), w.spy.count("GetItem", instances); g != 1 || i != 1 {
		t.Errorf("%d and %d reads of the tables, want 1 and 1", g, i)
	}
}

// TestAHerdOutlivesItsFirstCaller gives the flight's beginner up.
func TestAHerdOutlivesItsFirstCaller(t *testing.T) {
	w := newWorld(t)
	w.writer("i-1", "standard", parent)
	asked, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	w.spy.intercept(func(string) *http.Response { once.Do(func() { close(asked) }); <-release; return nil }, nil)
	f := w.factory()
	ctx, cancel := context.WithCancel(t.Context())
	first, second := make(chan error), make(chan error)
	go func() { _, err := f.Client(ctx, parent, factory.Read); first <- err }()
	<-asked
	go func() { _, err := f.Client(t.Context(), parent, factory.Read); second <- err }()
	cancel()
	if err := <-first; !errors.Is(err, kuzu.ErrCanceled) || !errors.Is(err, context.Canceled) {
		t.Errorf("the first got %v", err)
	}
	close(release)
	if err := <-second; err != nil {
		t.Errorf("the second got %v", err)
	}
}

// TestNegativeAnswersAreKept asks for what is not there.
func TestNegativeAnswersAreKept(t *testing.T) {
	w := newWorld(t)
	f := w.factory()
	for range 10 {
		if _, err := f.Client(t.Context(), parent, factory.Read); !errors.Is(err, kuzu.ErrRouting) {
			t.Fatal(err)
		}
	}
	// One read, and one more that is consistent.
	if n := w.spy.count("GetItem", graphs); n != 2 {
		t.Errorf("%d reads", n)
	}
}

// TestRegistryFailures are not "not found", and cost no call whose graph is known.
func TestRegistryFailures(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		code   string
		want   error
		says   string
	}{
		"throttling":    {400, "ProvisionedThroughputExceededException", kuzu.ErrUnavailable, "throttles"},
		"no permission": {400, "AccessDeniedException", kuzu.ErrConfiguration, "check the role"},
		"no table":      {400, "ResourceNotFoundException", kuzu.ErrConfiguration, "does not exist"},
		"an outage":     {500, "InternalServerError", kuzu.ErrUnavailable, "registry table"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.cfg.CacheTTL = 0 // what is known is old at once
			w.writer("i-1", "standard", parent)
			f := w.factory()
			c, err := f.Client(t.Context(), parent, factory.Read)
			mustQuery(t, c, err)
			w.spy.intercept(func(string) *http.Response { return fault(test.status, test.code) }, nil)
			for range 20 {
				mustQuery(t, c, nil)
			}
			if s := f.Stats().Lookups; s.Stale == 0 || s.Failed != 0 {
				t.Errorf("counted as %+v", s)
			}
			d := f.Explain(t.Context(), parent, factory.Read)
			if d.Err != nil || !d.Stale || d.Age == 0 || !strings.Contains(d.String(), "last known") {
				t.Errorf("explained as %v", d)
			}
			if _, err := f.Client(t.Context(), "kg404", factory.Read); !errors.Is(err, test.want) && !errors.Is(err, kuzu.ErrCircuitOpen) || errors.Is(err, kuzu.ErrRouting) {
				t.Errorf("an unknown graph: %v", err)
			}
			fresh := w.factory()
			if _, err := fresh.Client(t.Context(), parent, factory.Read); !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("nothing was known: %v; want %v", err, test.want)
			}
		})
	}
}

// TestPythonEntries reads what Python services write to Redis, and without the
// registry.
func TestPythonEntries(t *testing.T) {
	w := newWorld(t)
	_ = w.redis.Set("kuzu:test:location:"+parent, `{"location": {"instance_id": "i-0abc12345", "private_ip": "10.0.1.100", "database_name": "`+parent+`"}, "timestamp": `+epoch()+`}`)
	_ = w.redis.Set("kuzu:test:location:kg2", `{"location": {"instance_id": "i-2", "private_ip": "10.0.1.101", "database_name": "kg2"}, "timestamp": `+strings.Split(epoch(), ".")[0]+`}`)
	_ = w.redis.Set("kuzu:test:shared_master:url", "http://10.0.1.5:8001")
	f := w.factory()
	for graph, want := range map[string]string{parent: "http://10.0.1.100:8001", parent + "_dev": "http://10.0.1.100:8001", "kg2": "http://10.0.1.101:8001", "sec": "http://10.0.1.5:8001"} {
		if d := f.Explain(t.Context(), graph, factory.Write); d.Endpoint != want {
			t.Errorf("%v", d)
		}
	}
	if n := w.spy.count("GetItem", graphs); n != 0 {
		t.Errorf("the registry was asked %d times", n)
	}
}

// TestEntriesForPython writes what the rules of the wire contract read: instance,
// private address and database within location, and a timestamp.
func TestEntriesForPython(t *testing.T) {
	w := newWorld(t)
	n := w.writer("i-1", "standard", parent)
	master := w.start("i-m", "shared_master", "sec")
	w.register("i-m", master.URL, "shared", "shared_master")
	f := w.factory()
	if err := f.Warm(t.Context(), parent, "sec"); err != nil {
		t.Fatal(err)
	}
	var text string
	eventually(t, func() bool { text, _ = w.redis.Get("kuzu:test:location:" + parent); return text != "" })
	var entry struct {
		Location  map[string]string
		Timestamp float64
	}
	if err := json.Unmarshal([]byte(text), &entry); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"instance_id": "i-1", "private_ip": "127.0.0.1", "database_name": parent, "endpoint_url": n.URL, "status": "healthy"}
	if fmt.Sprint(entry.Location) != fmt.Sprint(want) || entry.Timestamp < 1.7e9 {
		t.Errorf("Redis holds %s", text)
	}
	eventually(t, func() bool { url, _ := w.redis.Get("kuzu:test:shared_master:url"); return url == master.URL })

	// Another process takes it from there, unless Redis is slower than it may be.
	eventually(t, func() bool {
		other := w.factory()
		return other.Warm(t.Context(), parent, "sec") == nil && other.Stats().Lookups.Redis == 2
	})
}

// TestOtherProcessesAreTold moves a graph under two factories.
func TestOtherProcessesAreTold(t *testing.T) {
	w := newWorld(t)
	old := w.writer("i-1", "standard", parent)
	f, other := w.factory(), w.factory()
	if err := errors.Join(f.Warm(t.Context(), parent), other.Warm(t.Context(), parent)); err != nil {
		t.Fatal(err)
	}
	options, err := redis.ParseURL(string(w.cfg.RedisURL))
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	defer client.Close()
	eventually(t, func() bool {
		heard, _ := client.PubSubNumSub(t.Context(), "kuzu:test:invalidate").Result()
		return heard["kuzu:test:invalidate"] == 2
	})
	w.writer("i-2", "standard", parent)
	old.Close()
	c, err := f.Client(t.Context(), parent, factory.Read)
	mustQuery(t, c, err)
	eventually(t, func() bool { return other.Explain(t.Context(), parent, factory.Read).Instance == "i-2" })
}

// TestSilentRedis has one that takes connections and never answers.
func TestSilentRedis(t *testing.T) {
	w := newWorld(t)
	w.writer("i-1", "standard", parent)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	w.cfg.RedisURL = factory.Secret("redis://" + silent.Addr().String())
	f := w.factory()
	c, err := f.Client(t.Context(), parent, factory.Read)
	mustQuery(t, c, err)
	eventually(t, func() bool {
		return strings.Contains(f.Explain(t.Context(), "kg404", factory.Read).String(), "circuit open")
	})
}

// TestClose ends calls under way and leaves nothing running.
func TestClose(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("under traffic", func(t *testing.T) {
		w := newWorld(t)
		n := w.writer("i-1", "standard", parent)
		asked := make(chan struct{}, 10)
		n.before = func(_ http.Handler, _ http.ResponseWriter, r *http.Request) bool {
			_, _ = io.Copy(io.Discard, r.Body) // or the server does not see the client go
			asked <- struct{}{}
			<-r.Context().Done()
			return true
		}
		f := w.factory()
		c, err := f.Client(t.Context(), parent, factory.Read)
		if err != nil {
			t.Fatal(err)
		}
		failed := make(chan error)
		go func() { _, err := c.Query(t.Context(), "RETURN 1 AS one", nil); failed <- err }()
		<-asked
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if err := <-failed; !errors.Is(err, kuzu.ErrCanceled) || !strings.Contains(err.Error(), "the factory is closed") {
			t.Errorf("the call ended with %v", err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if _, err := f.Client(t.Context(), parent, factory.Read); !errors.Is(err, kuzu.ErrCanceled) {
			t.Errorf("a client of a closed factory: %v", err)
		}
		if _, err := c.Query(t.Context(), "RETURN 1 AS one", nil); !errors.Is(err, kuzu.ErrCanceled) {
			t.Errorf("a call after the end: %v", err)
		}
	})
	http.DefaultClient.CloseIdleConnections()
	eventually(t, func() bool { return runtime.NumGoroutine() <= before })
}
