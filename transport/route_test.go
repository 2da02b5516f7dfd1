package transport_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/internal/planted"
	"github.com/robosystems/kuzuclient/resilience"
	"github.com/robosystems/kuzuclient/transport"
)

// moving is a resolver that learns, and notes what it is told.
type moving struct {
	mu        sync.Mutex
	endpoints []transport.Endpoint
	outcomes  []transport.Outcome
	took      []time.Duration
	onReport  func(*moving, transport.Outcome)
	err       error
}

func (m *moving) Resolve(_ context.Context, _ transport.Call, tried []transport.Endpoint) (transport.Endpoint, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return transport.Endpoint{}, m.err
	}
	return m.endpoints[min(len(tried), len(m.endpoints)-1)], nil
}

func (m *moving) Report(_ transport.Call, _ transport.Endpoint, outcome transport.Outcome, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.outcomes, m.took = append(m.outcomes, outcome), append(m.took, took)
	if m.onReport != nil {
		m.onReport(m, outcome)
	}
}

// TestReportsSayHowLong an attempt took, apart from the wait before it.
func TestReportsSayHowLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := &scripted{answer: func(n int, req *http.Request) (*http.Response, error) {
			time.Sleep(time.Duration(n+1) * time.Second) //nolint:forbidigo // virtual time
			return answerTo(req, 502, asHTML, "<html>"), nil
		}}
		resolver := &moving{endpoints: at(t, "http://10.0.0.1:8001")}
		c := chain(t, func(s *transport.ChainSettings) { s.Transport, s.Retry.MaxRetries = network, 1 })
		resp, err := get(t.Context(), c.For(resolver))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if len(resolver.took) != 2 || resolver.took[1]-resolver.took[0] != time.Second {
			t.Errorf("reported %v", resolver.took)
		}
	})
}

func at(t testing.TB, urls ...string) []transport.Endpoint {
	t.Helper()
	var list []transport.Endpoint
	for _, u := range urls {
		list = append(list, transport.Endpoint{URL: parse(t, u)})
	}
	return list
}

// TestOutcomesAreReported once an attempt.
func TestOutcomesAreReported(t *testing.T) {
	for name, want := range map[string]transport.Outcome{
		"reset before headers": transport.OutcomeDead, "502 HTML": transport.OutcomeDead, "503 empty": transport.OutcomeDead,
		"dial refused": transport.OutcomeDead, "connect timeout": transport.OutcomeDead,
		"attempt timeout": transport.OutcomeSlow, "500 text": transport.OutcomeAnswered, "503 admission": transport.OutcomeAnswered,
		"400 syntax": transport.OutcomeAnswered, "429": transport.OutcomeAnswered,
	} {
		t.Run(name, func(t *testing.T) {
			server := fails(t, faults[name], 1000)
			resolver := &moving{endpoints: at(t, server.URL)}
			c := chain(t, impatient(server.pool(t)), func(s *transport.ChainSettings) { s.Retry.MaxRetries = 0; s.Timeout = time.Second })
			_, _ = rawQuery(readStatement)(t.Context(), &http.Client{Transport: c.For(resolver)}, server.URL)
			if !slices.Equal(resolver.outcomes, []transport.Outcome{want}) {
				t.Errorf("reported %v, want %v", resolver.outcomes, want)
			}
		})
	}
}

// TestCancelSaysNothing about the endpoint.
func TestCancelSaysNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		network := &scripted{answer: func(_ int, req *http.Request) (*http.Response, error) {
			cancel()
			<-req.Context().Done()
			return nil, req.Context().Err()
		}}
		resolver := &moving{endpoints: at(t, "http://10.0.0.1:8001")}
		c := chain(t, func(s *transport.ChainSettings) { s.Transport = network })
		_, err := get(ctx, c.For(resolver))
		if !errors.Is(err, transport.ErrCanceled) || !slices.Equal(resolver.outcomes, []transport.Outcome{transport.OutcomeUnknown}) {
			t.Errorf("got %v, reported %v", err, resolver.outcomes)
		}
		dead, _ := c.Breakers()
		if counts := dead.Get("http://10.0.0.1:8001").Counts(); counts.Failures != 0 || counts.Successes != 0 {
			t.Errorf("the breaker counted %+v", counts)
		}
	})
}

// TestWrongInstance: an answer that the graph is not here, or that writes are
// not taken here, leads to one fresh lookup.
func TestWrongInstance(t *testing.T) {
	missing := `{"detail":"Database 'social' not found"}`
	readOnly := `{"detail":"Database deletion not allowed on read-only nodes"}`
	for _, test := range []struct {
		name, method, path, body string
		status                   int
		moved                    bool
		want, requests           int
	}{
		{"moved", "GET", "/databases/social", missing, 404, true, 200, 2},
		{"gone", "GET", "/databases/social", missing, 404, false, 404, 1},
		{"write on a replica", "DELETE", "/databases/social", readOnly, 403, true, 200, 2},
		{"read-only everywhere", "DELETE", "/databases/social", readOnly, 403, false, 403, 1},
		{"no such route", "GET", "/databases/social", `{"detail":"Not Found"}`, 404, true, 404, 1},
		{"a task is nowhere else", "GET", "/tasks/t/status", `{"detail":"Task t not found"}`, 404, true, 404, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			network := &scripted{answer: func(_ int, req *http.Request) (*http.Response, error) {
				if req.URL.Host == "10.0.0.1:8001" {
					return answerTo(req, test.status, asJSON, test.body), nil
				}
				return answerTo(req, 200, asJSON, `{}`), nil
			}}
			resolver := &moving{endpoints: at(t, "http://10.0.0.1:8001")}
			resolver.onReport = func(m *moving, outcome transport.Outcome) {
				if outcome == transport.OutcomeMisplaced && test.moved {
					m.endpoints = at(t, "http://10.0.0.2:8001")
				}
			}
			c := chain(t, func(s *transport.ChainSettings) { s.Transport = network; s.Retry.MaxRetries = 0 })
			req, err := http.NewRequestWithContext(t.Context(), test.method, "http://ignored"+test.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := c.For(resolver).RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(resp.Body)
			if resp.StatusCode != test.want || len(network.at) != test.requests {
				t.Errorf("ended in %d %s after %d requests, want %d after %d", resp.StatusCode, body, len(network.at), test.want, test.requests)
			}
		})
	}
}

// TestNoRoute: what the resolver says ends the call, and nothing is sent.
func TestNoRoute(t *testing.T) {
	for _, test := range []struct {
		name     string
		resolver *moving
		method   string
		kind     transport.Kind
		text     string
	}{
		{"unknown graph", &moving{err: transport.Errorf(transport.KindRouting, "graph social is not in the registry")}, "GET", transport.KindRouting, "not in the registry"},
		{"any other error", &moving{err: errors.New("registry on fire")}, "GET", transport.KindRouting, "registry on fire"},
		{"nothing at all", &moving{endpoints: []transport.Endpoint{{}}}, "GET", transport.KindRouting, "no endpoint"},
		{"write to a replica", &moving{endpoints: []transport.Endpoint{{URL: parse(t, "http://10.0.0.9:8002"), ReadOnly: true}}}, "DELETE", transport.KindForbidden, "http://10.0.0.9:8002"},
	} {
		t.Run(test.name, func(t *testing.T) {
			network := &scripted{}
			c := chain(t, func(s *transport.ChainSettings) { s.Transport = network })
			req, err := http.NewRequestWithContext(t.Context(), test.method, "http://ignored/databases/social", nil)
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.For(test.resolver).RoundTrip(req)
			planted.Note(err)
			e := transport.SendError(t.Context(), err)
			if e.Kind != test.kind || !strings.Contains(err.Error(), test.text) || e.Operation == "" || len(network.at) != 0 || len(test.resolver.outcomes) != 0 {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestOpenBreakerSendsElsewhere before it fails the call.
func TestOpenBreakerSendsElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sick := true
		network := &scripted{answer: func(_ int, req *http.Request) (*http.Response, error) {
			if req.URL.Host == "10.0.0.1:8001" && sick {
				return answerTo(req, 502, asHTML, "<html>"), nil
			}
			return answerTo(req, 200, asJSON, `{}`), nil
		}}
		c := chain(t, func(s *transport.ChainSettings) { s.Transport = network; s.Retry.MaxRetries = 0; s.Retry.Budget = nil })
		both := c.For(static(t, "http://10.0.0.1:8001", "http://10.0.0.2:8001"))
		for range 5 {
			resp, err := get(t.Context(), both)
			if err != nil || resp.StatusCode != 502 {
				t.Fatalf("got %v, %v", resp, err)
			}
		}
		network.hosts = nil
		resp, err := get(t.Context(), both)
		if err != nil || resp.StatusCode != 200 || !slices.Equal(network.hosts, []string{"10.0.0.2:8001"}) {
			t.Errorf("got %v, %v from %v", resp, err, network.hosts)
		}
		sick = false
		time.Sleep(61 * time.Second) //nolint:forbidigo // virtual time, until the breaker tries again
		if resp, err := get(t.Context(), both); err != nil || resp.StatusCode != 200 || network.hosts[1] != "10.0.0.1:8001" {
			t.Errorf("got %v, %v from %v", resp, err, network.hosts)
		}
		figures := c.Statistics()
		one := figures.Pools["http://10.0.0.1:8001"]
		if figures.TotalPools != 2 || one.Requests != 6 || one.Failures != 5 || one.FailureRate != 0.833 || !one.Active || figures.Breakers["http://10.0.0.1:8001"].Open {
			t.Errorf("figures are %+v", figures)
		}
		c.Forget(parse(t, "http://10.0.0.1:8001"))
		if figures := c.Statistics(); figures.TotalPools != 1 {
			t.Errorf("figures are %+v", figures)
		}
	})
}

// TestBusyIsNotDead: silence on a standing connection opens a breaker only after
// many times, and not at all if the server is known to load data.
func TestBusyIsNotDead(t *testing.T) {
	for _, busy := range []bool{false, true} {
		server := fails(t, faults["attempt timeout"], 1000)
		endpoint := at(t, server.URL)[0]
		endpoint.Busy = busy
		resolver := &moving{endpoints: []transport.Endpoint{endpoint}}
		c := chain(t, impatient(server.pool(t)), func(s *transport.ChainSettings) {
			dead, slow := resilience.ClientBreaker(), resilience.ClientBreaker()
			dead.FailureThreshold, slow.FailureThreshold = 2, 6
			s.Breaker, s.Busy = &dead, &slow
			s.Retry.MaxRetries = 0
			s.Timeouts = map[string]transport.Timeouts{"getDatabase": {Attempt: 50 * time.Millisecond}}
		})
		opened := 0
		for i := range 9 {
			_, err := get(t.Context(), c.For(resolver))
			if errors.Is(err, transport.ErrCircuitOpen) {
				opened++
			} else if !errors.Is(err, transport.ErrTimeout) {
				t.Errorf("call %d: %v", i, err)
			}
		}
		if want := map[bool]int{false: 3, true: 0}[busy]; opened != want {
			t.Errorf("busy %v: %d calls refused, want %d", busy, opened, want)
		}
	}
}

// TestFailureLeavesOtherConnectionsAlone: the pool's connections to B outlive
// whatever happens at A.
func TestFailureLeavesOtherConnectionsAlone(t *testing.T) {
	var opened atomic.Int64
	b := countConnections(t, &opened)
	a := fails(t, faults["reset before headers"], 1000)
	c := chain(t, func(s *transport.ChainSettings) {
		s.Retry.Delay, s.Retry.MaxDelay, s.Retry.Budget = 0, 0, nil
		s.Breaker, s.Busy = nil, nil
	})
	toA, toB := c.For(static(t, a.URL)), c.For(static(t, b))
	for range 20 {
		if _, err := get(t.Context(), toB); err != nil {
			t.Fatal(err)
		}
		if _, err := get(t.Context(), toA); !errors.Is(err, transport.ErrUnavailable) {
			t.Fatalf("A ended in %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := get(ctx, toA); !errors.Is(err, transport.ErrCanceled) {
			t.Fatalf("canceled, A ended in %v", err)
		}
	}
	if opened.Load() != 1 {
		t.Errorf("B was connected to %d times", opened.Load())
	}
}

// countConnections starts a healthy server and counts who connects.
func countConnections(t *testing.T, opened *atomic.Int64) (url string) {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(works))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

// TestRedirectsCarryNoKey: they are not followed at all.
func TestRedirectsCarryNoKey(t *testing.T) {
	var reached atomic.Int64
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer thief.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Kuzu-API-Key") != planted.Key {
				t.Error("the endpoint itself did not get the key")
			}
			w.Header().Set("Location", thief.URL+"/steal")
			w.WriteHeader(status)
		}))
		c := chain(t)
		resp, err := get(t.Context(), c.For(static(t, server.URL)))
		if err != nil || resp.StatusCode != status {
			t.Fatalf("got %v, %v", resp, err)
		}
		e := transport.ResponseError(resp)
		planted.Note(e, resp.Request.Header)
		if e.Kind != transport.KindProtocol || !strings.Contains(e.Message, "not followed") {
			t.Errorf("got %v", e)
		}
		server.Close()
	}
	if reached.Load() != 0 {
		t.Errorf("%d redirects were followed", reached.Load())
	}
}

// TestKeyRotation: a refused key is replaced once if the provider has a newer
// one, and never sent again if not.
func TestKeyRotation(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	write := func(key string) {
		if err := os.WriteFile(file, []byte(key+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	valid := planted.Key
	var refused, bodies atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if len(body) > 0 {
			bodies.Add(1)
		}
		if r.Header.Get("X-Kuzu-API-Key") != valid {
			refused.Add(1)
			answering(401, asJSON, `{"detail":"Invalid API key"}`)(w, r)
			return
		}
		works(w, r)
	}))
	defer server.Close()
	write(valid)
	keys, err := transport.NewFileKey(file)
	if err != nil {
		t.Fatal(err)
	}
	planted.Note(keys, transport.StaticKey(planted.Key))
	c := chain(t, func(s *transport.ChainSettings) { s.Keys = keys })
	client := &http.Client{Transport: c.For(static(t, server.URL))}
	ask := func() (int, error) { return rawQuery(writeStatement)(t.Context(), client, server.URL) }
	if status, err := ask(); err != nil || status != 200 {
		t.Fatalf("got %d, %v", status, err)
	}
	valid = planted.Key + "-rotated"
	write(valid)
	if status, err := ask(); err != nil || status != 200 || refused.Load() != 1 || bodies.Load() != 3 {
		t.Errorf("after the rotation: %d, %v; %d refused, %d bodies", status, err, refused.Load(), bodies.Load())
	}
	valid = "another"
	if status, err := ask(); !errors.Is(err, transport.ErrUnauthorized) || status != 401 || refused.Load() != 2 {
		t.Errorf("without a newer key: %d, %v; %d refused", status, err, refused.Load())
	}
	if err := os.WriteFile(file, []byte("two words"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Refresh(t.Context(), ""); err == nil || strings.Contains(err.Error(), "two") {
		t.Errorf("a key with a blank: %v", err)
	}
	for _, bad := range []string{"", " \n", "kä"} {
		write(bad)
		if _, err := transport.NewFileKey(file); !errors.Is(err, transport.ErrConfiguration) || !strings.Contains(err.Error(), "API key file") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := transport.NewFileKey(file + ".missing"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

// TestEnvironmentKey is read for every call.
func TestEnvironmentKey(t *testing.T) {
	keys := transport.EnvironmentKey("KUZU_TEST_KEY")
	for _, value := range []string{"", planted.Key, planted.Key + "2"} {
		t.Setenv("KUZU_TEST_KEY", value)
		if key, err := keys.Key(t.Context()); err != nil || key != value {
			t.Errorf("got an error %v, or another key", err)
		}
	}
	t.Setenv("KUZU_TEST_KEY", planted.Key+" ")
	_, err := keys.Refresh(t.Context(), "")
	planted.Note(err)
	if err == nil || !strings.Contains(err.Error(), "KUZU_TEST_KEY") {
		t.Errorf("got %v", err)
	}
	// A key that cannot be sent ends the call before anything is.
	network := &scripted{}
	c := chain(t, func(s *transport.ChainSettings) { s.Transport, s.Keys = network, keys })
	_, err = get(t.Context(), c.For(static(t, "http://10.0.0.1:8001")))
	planted.Note(err)
	if !errors.Is(err, transport.ErrConfiguration) || len(network.at) != 0 {
		t.Errorf("got %v", err)
	}
}
