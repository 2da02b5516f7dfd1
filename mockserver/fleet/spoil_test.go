package fleet_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/internal/planted"
	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/dynamo"
	"github.com/robosystems/kuzuclient/mockserver/fleet"
)

// TestSpoiledConnections looks at what a client gets of a health check.
func TestSpoiledConnections(t *testing.T) {
	f := start(t)
	i := f.Master()
	health := func(patience time.Duration) (string, error) {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		_, text, err := ask(ctx, http.MethodGet, i.URL+"/health", "")
		return text, err
	}
	for name, row := range map[string]struct {
		wire fleet.Wire
		err  error
	}{
		"reset":     {fleet.Wire{Kind: fleet.WireReset, Share: 1}, syscall.ECONNRESET},
		"truncated": {fleet.Wire{Kind: fleet.WireTruncate, Share: 1}, io.ErrUnexpectedEOF},
		"late":      {fleet.Wire{Kind: fleet.WireDelay, Share: 1, Delay: time.Hour}, context.DeadlineExceeded},
		"in time":   {fleet.Wire{Kind: fleet.WireDelay, Share: 1, Delay: time.Millisecond}, nil},
	} {
		if err := i.Spoil(row.wire); err != nil {
			t.Fatal(err)
		}
		patience := time.Minute
		if errors.Is(row.err, context.DeadlineExceeded) {
			patience = 50 * time.Millisecond
		}
		if text, err := health(patience); !errors.Is(err, row.err) {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	if err := i.Spoil(fleet.Wire{}); err != nil {
		t.Fatal(err)
	}
	if text, err := health(time.Minute); err != nil || !strings.Contains(text, "healthy") {
		t.Errorf("a mended wire: %q, %v", text, err)
	}
	for _, wrong := range []fleet.Wire{{Kind: 9, Share: 1}, {Kind: fleet.WireReset}, {Kind: fleet.WireReset, Share: 2}, {Kind: fleet.WireDelay, Share: 1, Delay: -1}} {
		if i.Spoil(wrong) == nil {
			t.Errorf("%+v is taken", wrong)
		}
	}
}

// TestASilentConnectionStaysSilent asks again and again on one connection, which is
// mended after it fell silent.
func TestASilentConnectionStaysSilent(t *testing.T) {
	f := start(t)
	i := f.Master()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(i.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	healthy := func() error {
		_ = conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		if _, err := io.WriteString(conn, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			return err
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	}
	if err := healthy(); err != nil {
		t.Fatal(err)
	}
	for _, w := range []fleet.Wire{{Kind: fleet.WireBlackhole, Share: 1}, {}} {
		if err := i.Spoil(w); err != nil {
			t.Fatal(err)
		}
		if err := healthy(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%+v: %v", w, err)
		}
	}
}

// TestInstancesOverTLS has the certificate of another server, whose client trusts it.
func TestInstancesOverTLS(t *testing.T) {
	trusted := httptest.NewTLSServer(nil)
	defer trusted.Close()
	certificate := trusted.TLS.Certificates[0]
	f := start(t, func(cfg *fleet.Config) {
		cfg.TLS = func(string) *tls.Config {
			return &tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &certificate, nil }}
		}
	})
	for _, i := range []*fleet.Instance{f.Master(), f.Writers("premium")[0]} {
		resp, err := trusted.Client().Get(i.URL + "/health")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.TLS == nil || resp.Proto != "HTTP/1.1" {
			t.Errorf("%s speaks %s", i.URL, resp.Proto)
		}
	}
	for _, i := range f.Replicas() {
		if !strings.HasPrefix(i.URL, "http://") {
			t.Errorf("a replica is at %s", i.URL)
		}
	}
}

func TestTheBalancerFailsOnItsOwn(t *testing.T) {
	f := start(t)
	url := f.Env()["KUZU_REPLICA_ALB_URL"]
	for _, row := range []struct {
		change func()
		status int
	}{{func() {}, 200}, {f.FailBalancer, 502}, {f.RestoreBalancer, 200}} {
		row.change()
		if status, answer, err := ask(t.Context(), http.MethodGet, url+"/health", ""); err != nil || status != row.status {
			t.Errorf("%d %s, %v; want %d", status, answer, err, row.status)
		}
	}
	without := start(t, func(cfg *fleet.Config) { cfg.Replicas = 0 })
	without.FailBalancer() // there is none
}

// TestTheBalancerCarriesStreams asks for many streams, whose head a replica sends
// while the balancer may still look for more of the request.
func TestTheBalancerCarriesStreams(t *testing.T) {
	f := start(t, func(cfg *fleet.Config) {
		cfg.Engine = func(string) (mockserver.Engine, error) {
			engine := mockserver.NewScripted()
			engine.Handle("RETURN who", func(mockserver.Call) (mockserver.Answer, error) {
				<-time.After(time.Millisecond) // the head has left, and the rest has not
				return mockserver.Answer{Columns: []string{"who"}, Rows: [][]any{{"it"}}}, nil
			})
			return engine, nil
		}
	})
	if err := f.Master().Engine.Create(t.Context(), graph); err != nil {
		t.Fatal(err)
	}
	if err := f.SyncReplicas(t.Context()); err != nil {
		t.Fatal(err)
	}
	url := f.Env()["KUZU_REPLICA_ALB_URL"] + "/databases/" + graph + "/query?streaming=true"
	pool := &http.Transport{MaxIdleConnsPerHost: 8}
	defer pool.CloseIdleConnections()
	var asking sync.WaitGroup
	for range 8 {
		asking.Go(func() {
			for range 250 {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(`{"database":"`+graph+`","cypher":"RETURN who"}`))
				if err != nil {
					t.Error(err)
					return
				}
				req.Header.Set("Content-Type", "application/json")
				req.Header.Set("X-Kuzu-API-Key", planted.Key)
				resp, err := pool.RoundTrip(req)
				if err != nil {
					t.Error(err)
					return
				}
				text, err := io.ReadAll(resp.Body)
				resp.Body.Close()
				if err != nil || !strings.Contains(string(text), `"is_last_chunk": true`) {
					t.Errorf("%q, %v", text, err)
					return
				}
			}
		})
	}
	asking.Wait()
}

func TestRotateKey(t *testing.T) {
	f := start(t, func(cfg *fleet.Config) { cfg.APIKey = "old" })
	f.Master().Freeze()
	held := make(chan error)
	go func() {
		_, _, err := ask(t.Context(), http.MethodGet, f.Master().URL+"/tasks", "", "X-Kuzu-API-Key", "old")
		held <- err
	}()
	for f.Master().Waiting() == 0 {
		runtime.Gosched()
	}
	if err := f.RotateKey("new"); err != nil {
		t.Fatal(err)
	}
	if err := f.Master().Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-held; err == nil {
		t.Error("a request that waited over the rotation is answered")
	}
	for key, want := range map[string]int{"old": 401, "new": 200} {
		if status, answer, err := ask(t.Context(), http.MethodGet, f.Master().URL+"/tasks", "", "X-Kuzu-API-Key", key); err != nil || status != want {
			t.Errorf("%d %s, %v with the %s key", status, answer, err, key)
		}
	}
	if key := f.Env()["KUZU_API_KEY"]; key != "new" {
		t.Errorf("the environment has the key %s", key)
	}
	if err := f.RotateKey(""); err == nil {
		t.Error("an empty key is taken")
	}
}

// TestClocksJump has the registry and Redis age.
func TestClocksJump(t *testing.T) {
	f := start(t)
	instances, graphs := f.Tables()
	if err := f.Place(t.Context(), graph, f.Writers("standard")[0].ID); err != nil {
		t.Fatal(err)
	}
	times := func() []string {
		return []string{
			f.Registry().Get(instances, f.Master().ID)["last_health_check"].Text(),
			f.Registry().Get(graphs, graph)["created_at"].Text(),
		}
	}
	before := times()
	url, asked := f.Env()["AWS_ENDPOINT_URL"], make(chan error)
	go func() { // while somebody reads
		for range 50 {
			if _, _, err := ask(t.Context(), http.MethodPost, url, `{"TableName":"`+instances+`"}`, "X-Amz-Target", "DynamoDB_20120810.Scan"); err != nil {
				asked <- err
				return
			}
			f.AgeRegistry(0)
		}
		asked <- nil
	}()
	for range 50 {
		f.AgeRegistry(0)
	}
	if err := <-asked; err != nil {
		t.Error(err)
	}
	f.AgeRegistry(time.Hour)
	for n, text := range times() {
		then, err1 := time.Parse(time.RFC3339, before[n])
		now, err2 := time.Parse(time.RFC3339, text)
		if err1 != nil || err2 != nil || then.Sub(now) != time.Hour {
			t.Errorf("%s became %s", before[n], text)
		}
	}
	f.Registry().Put(instances, dynamo.Item{"instance_id": dynamo.String("i-1"), "created_at": dynamo.String("yesterday")})
	f.AgeRegistry(-time.Hour)
	if again := times(); again[0] != before[0] || again[1] != before[1] {
		t.Errorf("%v became %v", before, again)
	}
	if err := f.SetRedisKey("k", "v"); err != nil {
		t.Fatal(err)
	}
	f.AgeRedis(time.Hour)
	if f.RedisKey("k") != "v" {
		t.Error("a key without an end is gone")
	}
}

func TestTheRegistryRefuses(t *testing.T) {
	f := start(t)
	url := f.Env()["AWS_ENDPOINT_URL"]
	for range 2 {
		f.StopRegistry()
		if _, _, err := ask(t.Context(), http.MethodGet, url, ""); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("a stopped registry: %v", err)
		}
	}
	if err := f.StartRegistry(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ask(t.Context(), http.MethodGet, url, ""); err != nil {
		t.Error(err)
	}
}
