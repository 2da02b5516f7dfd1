package fleet_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/internal/planted"
	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/fleet"
)

const graph = "kg0123456789abcdef"

// start starts a fleet of scripted engines that all know one question.
func start(t *testing.T, change ...func(*fleet.Config)) *fleet.Fleet {
	t.Helper()
	cfg := fleet.DefaultConfig()
	cfg.APIKey = planted.Key
	cfg.Engine = func(instance string) (mockserver.Engine, error) {
		engine := mockserver.NewScripted()
		engine.Answer("RETURN who", []string{"who"}, []any{instance})
		return engine, nil
	}
	for _, c := range change {
		c(&cfg)
	}
	f, err := fleet.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// ask sends a request on a connection of its own.
func ask(ctx context.Context, method, url, body string, header ...string) (status int, answer string, err error) {
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("X-Kuzu-API-Key", planted.Key)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	pool := &http.Transport{DisableKeepAlives: true}
	resp, err := pool.RoundTrip(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

func who(t *testing.T, url string) (status int, answer string) {
	t.Helper()
	status, answer, err := ask(t.Context(), http.MethodPost, url+"/databases/"+graph+"/query",
		`{"database":"`+graph+`","cypher":"RETURN who"}`, "Content-Type", "application/json")
	if err != nil {
		t.Fatal(err)
	}
	return status, answer
}

func TestAnInstanceIsKilledFrozenAndRestarted(t *testing.T) {
	f := start(t)
	i := f.Writers("standard")[0]
	if err := f.Place(t.Context(), graph, i.ID); err != nil {
		t.Fatal(err)
	}
	if status, answer := who(t, i.URL); status != 200 || !strings.Contains(answer, i.ID) {
		t.Fatalf("%d %s", status, answer)
	}
	for range 2 { // killing what is killed changes nothing
		i.Kill()
		if _, _, err := ask(t.Context(), http.MethodGet, i.URL+"/health", ""); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Fatalf("a killed instance: %v", err)
		}
	}
	for range 2 {
		if err := i.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		if status, _ := who(t, i.URL); status != 200 {
			t.Fatalf("a restarted instance: %d", status)
		}
	}

	i.Freeze()
	i.Freeze()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, _, err := ask(ctx, http.MethodGet, i.URL+"/health", ""); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a frozen instance: %v", err)
	}
	answered := make(chan error)
	go func() {
		_, _, err := ask(t.Context(), http.MethodGet, i.URL+"/health", "")
		answered <- err
	}()
	if err := i.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-answered; err != nil {
		t.Errorf("a request over the end of a freeze: %v", err)
	}
	i.Freeze()
	go func() {
		_, _, err := ask(t.Context(), http.MethodGet, i.URL+"/health", "")
		answered <- err
	}()
	i.Kill()
	if err := <-answered; err == nil {
		t.Error("an instance that was killed in a freeze answers")
	}
}

func TestAGraphMovesWithItsData(t *testing.T) {
	f := start(t)
	instances, graphs := f.Tables()
	from, to := f.Writers("standard")[0], f.Writers("standard")[1]
	if err := f.Place(t.Context(), graph, from.ID); err != nil {
		t.Fatal(err)
	}
	if err := from.Engine.Apply(t.Context(), graph, []string{"CREATE NODE TABLE A(id INT64, PRIMARY KEY(id))"}); err != nil {
		t.Fatal(err)
	}
	from.Kill()
	for range 2 { // the second finds it there
		if err := f.Move(t.Context(), graph, to.ID); err != nil {
			t.Fatal(err)
		}
	}
	if at := f.Registry().Get(graphs, graph)["instance_id"].Text(); at != to.ID {
		t.Errorf("the registry says %s", at)
	}
	for instance, want := range map[*fleet.Instance]string{from: "0", to: "1"} {
		if count := f.Registry().Get(instances, instance.ID)["database_count"].Text(); count != want {
			t.Errorf("the registry counts %s on %s", count, instance.ID)
		}
	}
	if _, err := from.Engine.Stat(t.Context(), graph); !errors.Is(err, mockserver.ErrDatabaseNotFound) {
		t.Errorf("where the graph was: %v", err)
	}
	if status, answer, err := ask(t.Context(), http.MethodGet, to.URL+"/databases/"+graph+"/schema", ""); err != nil || status != 200 || !strings.Contains(answer, `"A"`) {
		t.Errorf("%d %s, %v", status, answer, err)
	}
	for _, wrong := range []error{
		f.Move(t.Context(), "kg404", to.ID), f.Move(t.Context(), graph, "i-404"),
		f.Place(t.Context(), graph, to.ID), f.Place(t.Context(), "kg2", "i-404"), f.SetStatus("i-404", "healthy"),
	} {
		if wrong == nil || !strings.HasPrefix(wrong.Error(), "fleet: ") {
			t.Errorf("got %v", wrong)
		}
	}
}

func TestTheBalancer(t *testing.T) {
	f := start(t)
	url, _ := f.Lookup("KUZU_REPLICA_ALB_URL")
	if err := f.Master().Engine.Create(t.Context(), graph); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := f.SyncReplicas(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]int{}
	for range 10 {
		_, answer := who(t, url)
		for _, i := range f.Replicas() {
			if strings.Contains(answer, i.ID) {
				seen[i.ID]++
			}
		}
	}
	for _, i := range f.Replicas() {
		if seen[i.ID] != 5 {
			t.Errorf("%v of ten requests", seen)
		}
	}
	f.Replicas()[0].Kill()
	f.CheckReplicas(t.Context())
	for range 4 {
		if status, answer := who(t, url); status != 200 || !strings.Contains(answer, f.Replicas()[1].ID) {
			t.Errorf("after one died: %d %s", status, answer)
		}
	}
	f.KillReplicas()
	for range 3 { // the first finds it out, if no check did
		if status, answer := who(t, url); status != 502 || !strings.HasPrefix(answer, "<html>") {
			t.Errorf("after all died: %d %s", status, answer)
		}
	}
	for _, i := range f.Replicas() {
		if err := i.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	f.CheckReplicas(t.Context())
	if status, answer := who(t, url); status != 200 {
		t.Errorf("after they came back: %d %s", status, answer)
	}
	if status, answer, err := ask(t.Context(), http.MethodDelete, url+"/databases/"+graph, ""); err != nil || status != 403 {
		t.Errorf("a replica deletes: %d %s, %v", status, answer, err)
	}
}

func TestTheRegistryGoesAway(t *testing.T) {
	f := start(t)
	url, _ := f.Lookup("AWS_ENDPOINT_URL")
	_, graphs := f.Tables()
	read := func(ctx context.Context) (int, string, error) {
		return ask(ctx, http.MethodPost, url, `{"TableName":"`+graphs+`","Key":{"graph_id":{"S":"`+graph+`"}}}`,
			"X-Amz-Target", "DynamoDB_20120810.GetItem")
	}
	for _, row := range []struct {
		breaks func()
		status int
		says   string
	}{
		{f.RestoreRegistry, 200, "{}"},
		{f.ThrottleRegistry, 400, "ProvisionedThroughputExceededException"},
		{f.FailRegistry, 500, "InternalServerError"},
		{func() { f.SlowRegistry(time.Millisecond) }, 200, "{}"},
	} {
		row.breaks()
		if status, answer, err := read(t.Context()); err != nil || status != row.status || !strings.Contains(answer, row.says) {
			t.Errorf("%d %s, %v; want %d with %s", status, answer, err, row.status, row.says)
		}
	}
	f.SlowRegistry(time.Hour)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, _, err := read(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a slow registry: %v", err)
	}
	if err := f.SetStatus(f.Master().ID, "unhealthy"); err != nil {
		t.Fatal(err)
	}
	instances, _ := f.Tables()
	if status := f.Registry().Get(instances, f.Master().ID)["status"].Text(); status != "unhealthy" {
		t.Errorf("status %s", status)
	}
}

func TestRedisGoesAway(t *testing.T) {
	f := start(t)
	if f.RedisKey("k") != "" {
		t.Error("a new Redis is not empty")
	}
	if err := f.SetRedisKey("k", "v"); err != nil {
		t.Fatal(err)
	}
	url, _ := f.Lookup("VALKEY_URL")
	get := func(ctx context.Context) error {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", strings.TrimPrefix(url, "redis://"))
		if err != nil {
			return err
		}
		defer conn.Close()
		if deadline, ok := ctx.Deadline(); ok {
			_ = conn.SetDeadline(deadline)
		}
		if _, err := io.WriteString(conn, "*1\r\n$4\r\nPING\r\n"); err != nil {
			return err
		}
		_, err = io.ReadFull(conn, make([]byte, len("+PONG\r\n")))
		return err
	}
	f.StopRedis()
	if now := f.Env()["VALKEY_URL"]; now != url {
		t.Errorf("the address of a stopped Redis is %s", now)
	}
	if err := get(t.Context()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a stopped Redis: %v", err)
	}
	if err := f.StartRedis(); err != nil {
		t.Fatal(err)
	}
	if err := get(t.Context()); err != nil || f.RedisKey("k") != "v" {
		t.Errorf("a Redis that came back: %v, %q", err, f.RedisKey("k"))
	}
	f.SlowRedis(time.Hour)
	f.SlowRedis(time.Hour)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := get(ctx); err == nil {
		t.Error("a slow Redis answers at once")
	}
	if err := f.StartRedis(); err != nil {
		t.Fatal(err)
	}
	if err := get(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestEnvironment(t *testing.T) {
	f := start(t, func(cfg *fleet.Config) { cfg.Replicas, cfg.Environment, cfg.APIKey = 0, "staging", "key" })
	env := f.Env()
	if _, set := env["KUZU_REPLICA_ALB_URL"]; set || env["SHARED_REPLICA_ALB_ENABLED"] != "false" || env["ENVIRONMENT"] != "staging" {
		t.Errorf("%v", env)
	}
	if status, _ := who(t, f.Master().URL); status != 401 {
		t.Errorf("%d without the key", status)
	}
	f.CheckReplicas(t.Context()) // there are none
	if i := f.Instance("i-404"); i != nil {
		t.Errorf("%v", i)
	}
}

func TestWrongConfigurations(t *testing.T) {
	_, err := fleet.Start(t.Context(), fleet.Config{Environment: "No", Replicas: -1, Writers: map[string]int{"gold": 1, "standard": -1}})
	for _, says := range []string{"Environment", "Replicas", "gold", "fewer than none"} {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q is not in %v", says, err)
		}
	}
	cfg := fleet.DefaultConfig()
	cfg.DataRoot = "/nowhere"
	if f, err := fleet.Start(t.Context(), cfg); err == nil || f != nil || !strings.Contains(err.Error(), "DataRoot") {
		t.Errorf("%v, %v", f, err)
	}
	broken := errors.New("broken")
	cfg.Engine = func(string) (mockserver.Engine, error) { return nil, broken }
	if _, err := fleet.Start(t.Context(), cfg); !errors.Is(err, broken) {
		t.Error(err)
	}
}

// TestNothingIsLeftBehind closes a fleet in which requests are held up everywhere.
func TestNothingIsLeftBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("fleet", func(t *testing.T) {
		f := start(t)
		f.Master().Freeze()
		f.SlowRegistry(time.Hour)
		f.SlowRedis(time.Hour)
		url, _ := f.Lookup("AWS_ENDPOINT_URL")
		ended := make(chan error)
		for _, address := range []string{f.Master().URL, url} {
			go func() { _, _, err := ask(t.Context(), http.MethodGet, address+"/health", ""); ended <- err }()
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		for range 2 {
			if err := <-ended; err == nil {
				t.Error("a closed fleet answers")
			}
		}
	})
	for tick := time.NewTicker(10 * time.Millisecond); runtime.NumGoroutine() > before; <-tick.C {
		if deadline, ok := t.Deadline(); ok && time.Until(deadline) < time.Second {
			t.Fatalf("%d goroutines are left", runtime.NumGoroutine()-before)
		}
	}
}
