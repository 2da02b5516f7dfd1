package main

import (
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver/fleet"
)

const userGraph = "kg0123456789abcdef"

// newFleetWorld starts a fleet whose first standard writer has a user's graph.
func newFleetWorld(t *testing.T) (*world, *fleet.Fleet) {
	t.Helper()
	w := newFleetCase(t, nil)
	return w.world, w.fleet
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
