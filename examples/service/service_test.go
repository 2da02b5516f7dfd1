package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/robosystems/kuzuclient/internal/planted"
	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/fleet"
)

const graph = "kg0123456789abcdef"

// serving is the service in front of a fleet whose first writer has the graph.
type serving struct {
	url    string
	fleet  *fleet.Fleet
	stop   func() error  // as SIGTERM does
	asked  chan struct{} // the statement that waits has begun
	resume chan struct{}
}

func serve(t *testing.T) *serving {
	t.Helper()
	s := &serving{asked: make(chan struct{}), resume: make(chan struct{})}
	cfg := fleet.DefaultConfig()
	cfg.APIKey = planted.Key
	cfg.Engine = func(string) (mockserver.Engine, error) { return s.engine(), nil }
	var err error
	if s.fleet, err = fleet.Start(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.fleet.Close() })
	if err := s.fleet.Place(t.Context(), graph, s.fleet.Writers("standard")[0].ID); err != nil {
		t.Fatal(err)
	}
	// What a test would otherwise wait for: pauses between attempts, and five
	// failures that open a breaker.
	hasty := map[string]string{"KUZU_CLIENT_RETRY_DELAY": "0.001", "KUZU_CIRCUIT_BREAKER_THRESHOLD": "2"}
	// AWS's own variables are read from the process.
	for name, value := range s.fleet.Env() {
		t.Setenv(name, value)
	}
	for name, value := range hasty {
		t.Setenv(name, value)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.url = "http://" + listener.Addr().String()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, listener, false) }()
	s.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() { _ = s.stop() })
	return s
}

// engine answers what the service asks.
func (s *serving) engine() mockserver.Engine {
	engine := mockserver.NewScripted()
	const list = "MATCH (e:Entity) RETURN e.id AS id, e.name AS name ORDER BY id LIMIT "
	engine.Answer(list+"2", []string{"id", "name"}, []any{"1", "Ada"}, []any{"2", "Grace"})
	engine.Handle(list+"1", func(mockserver.Call) (mockserver.Answer, error) {
		s.asked <- struct{}{}
		<-s.resume
		return mockserver.Answer{Columns: []string{"id", "name"}, Rows: [][]any{{"1", "Ada"}}}, nil
	})
	engine.Answer("MERGE (e:Entity {id: $id}) SET e.name = $name", nil)
	return engine
}

// ask returns the status and the body of an answer.
func (s *serving) ask(t *testing.T, method, path, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

func TestService(t *testing.T) {
	s := serve(t)
	for _, step := range []struct {
		method, path, body string
		status             int
		answer             string
	}{
		{"GET", "/readyz", "", 200, "ready\n"},
		{"GET", "/graphs/" + graph + "/entities?limit=2", "", 200, "{\"id\":\"1\",\"name\":\"Ada\"}\n{\"id\":\"2\",\"name\":\"Grace\"}\n"},
		{"POST", "/graphs/" + graph + "/entities", `{"id": "3", "name": "Emmy"}`, 204, ""},
		{"POST", "/graphs/" + graph + "/entities", `{}`, 400, "send {\"id\": \"...\", \"name\": \"...\"}\n"},
		{"GET", "/graphs/kgffffffffffffffff/entities", "", 404, "Not Found\n"},
		{"GET", "/graphs/no%20id/entities", "", 400, "Bad Request\n"},
	} {
		if status, answer := s.ask(t, step.method, step.path, step.body); status != step.status || answer != step.answer {
			t.Errorf("%s %s is %d %q, want %d %q", step.method, step.path, status, answer, step.status, step.answer)
		}
	}
	s.fleet.Writers("standard")[0].Kill()
	if status, answer := s.ask(t, "GET", "/graphs/"+graph+"/entities?limit=2", ""); status != 503 || strings.Contains(answer, "127.0.0.1") {
		t.Errorf("with its server gone a list is %d %q", status, answer)
	}
}

// TestShutdown: what is under way comes to its end, with all of its rows.
func TestShutdown(t *testing.T) {
	s := serve(t)
	answered := make(chan string, 1)
	go func() {
		_, answer := s.ask(t, "GET", "/graphs/"+graph+"/entities?limit=1", "")
		answered <- answer
	}()
	select {
	case <-s.asked:
	case answer := <-answered:
		t.Fatalf("answered %q before the statement was asked", answer)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.stop() }()
	close(s.resume)
	if answer := <-answered; answer != "{\"id\":\"1\",\"name\":\"Ada\"}\n" {
		t.Errorf("the answer under way is %q", answer)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
