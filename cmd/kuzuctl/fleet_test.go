package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/fleet"
	"github.com/robosystems/kuzuclient/resilience"
	"github.com/robosystems/kuzuclient/resilience/page"
)

const userGraph = "kg0123456789abcdef"

// newFleetWorld starts a fleet whose first standard writer has a user's graph.
func newFleetWorld(t *testing.T) (*world, *fleet.Fleet) {
	t.Helper()
	cfg := fleet.DefaultConfig()
	cfg.Engine = func(instance string) (mockserver.Engine, error) {
		engine := mockserver.NewScripted()
		engine.Answer("RETURN who", []string{"who"}, []any{instance})
		return engine, nil
	}
	f, err := fleet.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	w := &world{T: t, vars: f.Env()}
	for name, value := range w.vars { // the SDK of AWS reads the process's own
		t.Setenv(name, value)
	}
	w.vars["KUZU_CLIENT_MAX_RETRIES"] = "0"
	if err := f.Place(t.Context(), userGraph, f.Writers("standard")[0].ID); err != nil {
		t.Fatal(err)
	}
	return w, f
}

func TestRoutes(t *testing.T) {
	w, _ := newFleetWorld(t)
	w.lines(
		line{"route-read-shared", []string{"route", "explain", "sec"}, "", 0},
		line{"route-write-shared", []string{"route", "explain", "sec", "--write"}, "", 0},
		line{"route-master", []string{"route", "explain", "sec", "--from-master", "-o", "csv"}, "", 0},
		line{"route-user", []string{"route", "explain", userGraph}, "", 0},
		line{"route-json", []string{"route", "explain", userGraph, "-o", "json"}, "", 0},
		line{"route-nowhere", []string{"route", "explain", "kgffffffffffffffff"}, "", 28},
		line{"route-invalidate", []string{"route", "invalidate", userGraph}, "", 0},
		line{"route-invalidate-bad", []string{"route", "invalidate", "no id"}, "", 12},
		line{"fleet-query", []string{"query", "-g", userGraph, "RETURN who"}, "", 0},
		line{"fleet-health", []string{"health"}, "", 2},
	)
}

func TestInvalidateReachesRedis(t *testing.T) {
	w, f := newFleetWorld(t)
	key := "kuzu:test:location:" + userGraph
	if err := f.SetRedisKey(key, "anything"); err != nil {
		t.Fatal(err)
	}
	if r := w.run("", "route", "invalidate", userGraph); r.code != 0 || f.RedisKey(key) != "" {
		t.Errorf("%+v; Redis holds %q", r, f.RedisKey(key))
	}
	f.StopRedis()
	if r := w.run("", "route", "invalidate", userGraph); r.code != 20 {
		t.Errorf("without Redis: %+v", r)
	}
}

var memory = regexp.MustCompile(`,\d+(\.\d+)?,n/a`)

func TestFleetStatus(t *testing.T) {
	w, f := newFleetWorld(t)
	f.Writers("premium")[0].Kill()
	if err := f.SetStatus(f.Writers("enterprise")[0].ID, "unhealthy"); err != nil {
		t.Fatal(err)
	}
	r := w.run("", "fleet", "status", "-o", "csv")
	r.stdout = memory.ReplaceAllString(r.stdout, ",MEMORY,n/a")
	w.golden("fleet-status", 0, r)

	tracker := resilience.NewTracker()
	defer tracker.Close()
	id := f.Writers("standard")[0].ID
	breaker := resilience.Breaker("server", resilience.MiddlewareBreaker())
	settings := resilience.MiddlewareHealth(func(context.Context) error { return nil })
	settings.Breakers = []*resilience.CircuitBreaker{breaker}
	if err := tracker.Register(id, settings); err != nil {
		t.Fatal(err)
	}
	if err := tracker.Check(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	status := httptest.NewServer(page.Handler(tracker))
	defer status.Close()
	r = w.run("", "fleet", "status", "-o", "csv", "--from", status.URL)
	if r.code != 0 || !regexp.MustCompile(`(?m)^`+id+`,.*,100,closed$`).MatchString(r.stdout) || strings.Count(r.stdout, ",n/a,n/a\n") != 7 {
		t.Errorf("with what a service saw: %+v", r)
	}
	if r := w.run("", "fleet", "status", "--from", f.Master().URL); r.code != 1 || !strings.Contains(r.stderr, "--from") {
		t.Errorf("from what is no status page: %+v", r)
	}
	f.FailRegistry()
	if r := w.run("", "fleet", "status"); r.code != 20 {
		t.Errorf("without a registry: %+v", r)
	}
}

func TestFleetWatch(t *testing.T) {
	w, _ := newFleetWorld(t)
	read, write := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"fleet", "status", "--watch", "--interval", "1ms", "-o", "ndjson"}, strings.NewReader(""), write, io.Discard, lookup(w.vars))
		write.Close()
	}()
	buffer, looks := make([]byte, 64<<10), 0
	for looks < 3 {
		n, err := read.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		looks += strings.Count(string(buffer[:n]), `"role":"shared_master"`)
	}
	cancel()
	_, _ = io.Copy(io.Discard, read)
	if code := <-ended; code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestDashboard(t *testing.T) {
	w, f := newFleetWorld(t)
	read, write := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"fleet", "dashboard", "--listen", "127.0.0.1:0"}, strings.NewReader(""), io.Discard, write, lookup(w.vars))
		write.Close()
	}()
	buffer := make([]byte, 1024)
	n, err := read.Read(buffer)
	if err != nil {
		t.Fatal(err)
	}
	url := regexp.MustCompile(`http://\S+`).FindString(string(buffer[:n]))
	go func() { _, _ = io.Copy(io.Discard, read) }()
	resp, err := http.Get(url + "?format=json")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if want := f.Master().ID; err != nil || !strings.Contains(string(text), want) {
		t.Errorf("the page has no %s: %.300s, %v", want, text, err)
	}
	cancel()
	if code := <-ended; code != 0 {
		t.Errorf("exit code %d", code)
	}
}
