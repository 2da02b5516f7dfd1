package kuzu_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/robosystems/kuzuclient/internal/planted"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
)

const (
	asJSON   = "application/json"
	asNDJSON = "application/x-ndjson"
)

// wire is a server that answers what a test says, and keeps what it was asked.
type wire struct {
	*httptest.Server
	mu       sync.Mutex
	requests []request
}

type request struct {
	method, uri string
	header      http.Header
	body        string
}

// serve starts a server for the length of the test.
func serve(t *testing.T, answer http.HandlerFunc) *wire {
	t.Helper()
	w := &wire{}
	w.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("reading a request: %v", err)
		}
		w.mu.Lock()
		w.requests = append(w.requests, request{r.Method, r.RequestURI, r.Header, string(body)})
		w.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer(rw, r)
	}))
	t.Cleanup(w.Close)
	return w
}

// says answers every request with the same bytes.
func says(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = []string{contentType}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// cutOff sends the head and the beginning of a body, and drops the connection.
func cutOff(contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, body)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// asked returns the requests so far.
func (w *wire) asked() []request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]request(nil), w.requests...)
}

// client returns a client of the server for the graph "social".
func (w *wire) client(t *testing.T, opts ...kuzu.Option) *kuzu.Client {
	t.Helper()
	return connect(t, w.URL, opts...)
}

func connect(t *testing.T, url string, opts ...kuzu.Option) *kuzu.Client {
	t.Helper()
	c, err := kuzu.New(url, append([]kuzu.Option{kuzu.WithGraph("social"), kuzu.WithAPIKey(planted.Key)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	planted.Note(c)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// mock starts a mock server with a scripted engine that holds an empty graph
// "social", and returns a client for it.
func mock(t *testing.T, script func(*mockserver.Scripted)) *kuzu.Client {
	t.Helper()
	engine := mockserver.NewScripted()
	if err := engine.Create(t.Context(), "social"); err != nil {
		t.Fatal(err)
	}
	if script != nil {
		script(engine)
	}
	url, _ := mockWith(t, mockserver.Config{Engine: engine})
	return connect(t, url)
}

func mockWith(t *testing.T, cfg mockserver.Config) (url string, srv *mockserver.Server) {
	t.Helper()
	if cfg.Engine == nil {
		cfg.Engine = mockserver.NewScripted()
	}
	srv, err := mockserver.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(srv)
	t.Cleanup(func() {
		web.Close()
		_ = srv.Close()
	})
	return web.URL, srv
}

// wantError checks the kind of an error and that its text holds the pieces.
func wantError(t *testing.T, err error, kind kuzu.Kind, pieces ...string) {
	t.Helper()
	planted.Note(err)
	e, ok := errors.AsType[*kuzu.Error](err)
	if !ok {
		t.Fatalf("got %v, want a *kuzu.Error", err)
	}
	if e.Kind != kind {
		t.Errorf("kind is %q, want %q: %v", e.Kind, kind, err)
	}
	for _, piece := range pieces {
		if !strings.Contains(err.Error(), piece) {
			t.Errorf("got  %v\nwhich lacks %q", err, piece)
		}
	}
}

// wantNothingSent checks that no request has reached the server.
func (w *wire) wantNothingSent(t *testing.T) {
	t.Helper()
	if asked := w.asked(); len(asked) > 0 {
		t.Errorf("%d requests were sent; the first is %s %s %s", len(asked), asked[0].method, asked[0].uri, asked[0].body)
	}
}
