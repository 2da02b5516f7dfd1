package mockserver_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
)

// serveOn is start with the server's own way of serving.
func serveOn(t *testing.T, engine mockserver.Engine, change ...func(*mockserver.Config)) *api {
	t.Helper()
	a := newAPI(t, engine, change...)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a.url = "http://" + listener.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error)
	go func() { served <- a.server.Serve(ctx, listener) }()
	t.Cleanup(func() {
		a.transport.CloseIdleConnections()
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return a
}

// exchange sends bytes on a connection of their own, and says whether it stays
// open after the answer.
func (a *api) exchange(request string) (resp *http.Response, body string, open bool) {
	a.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(a.url, "http://"))
	if err != nil {
		a.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, request); err != nil {
		a.Fatal(err)
	}
	in := bufio.NewReader(conn)
	resp, err = http.ReadResponse(in, nil)
	if err != nil {
		a.Fatalf("%q: %v", request, err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		a.Fatal(err)
	}
	return resp, string(content), !resp.Close
}

// inMemory serves on connections that exist in memory only, in a bubble.
func inMemory(ctx context.Context, t *testing.T, engine mockserver.Engine, change ...func(*mockserver.Config)) (a *api, served <-chan error) {
	t.Helper()
	a = newAPI(t, engine, change...)
	a.url = "http://kuzu.test"
	listener := &memoryListener{conns: make(chan net.Conn), closed: make(chan struct{})}
	a.transport.DialContext = listener.dial
	ended := make(chan error, 1)
	go func() { ended <- a.server.Serve(ctx, listener) }()
	return a, ended
}

// TestIdleClose (section 1): how long an idle connection lives.
func TestIdleClose(t *testing.T) {
	for quirks, want := range map[mockserver.Quirks]time.Duration{
		0: 2 * time.Minute, mockserver.QuirkIdleClose: 5 * time.Second, mockserver.QuirksDeployed: 5 * time.Second,
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			a, served := inMemory(ctx, t, scripted(t), withQuirks(quirks))
			conn, err := a.transport.DialContext(ctx, "", "")
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			in := bufio.NewReader(conn)
			for range 2 { // a request begins the time anew
				if _, err := io.WriteString(conn, "GET /tasks HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
					t.Fatal(err)
				}
				resp, err := http.ReadResponse(in, nil)
				if err != nil {
					t.Fatal(err)
				}
				if body, err := io.ReadAll(resp.Body); err != nil || string(body) != "[]" {
					t.Errorf("got %s, %v", body, err)
				}
				time.Sleep(want - time.Millisecond) //nolint:forbidigo // virtual time
			}
			began := time.Now()
			if _, err := in.ReadByte(); !errors.Is(err, io.EOF) || time.Since(began) != time.Millisecond {
				t.Errorf("quirks %q: after %v comes %v", quirks, want-time.Millisecond+time.Since(began), err)
			}
			cancel()
			if err := <-served; err != nil {
				t.Error(err)
			}
		})
	}
}

// Serve ends with its context: event streams at once, requests under way when
// they are done, or after five seconds.
func TestServeEnds(t *testing.T) {
	for lasts, want := range map[time.Duration]time.Duration{2 * time.Second: 2 * time.Second, time.Hour: 5 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			a, served := inMemory(ctx, t, lasting(t, lasts), func(cfg *mockserver.Config) { cfg.QueryTimeout = new(time.Duration(0)) })
			a.create("g", socialDDL)
			answered := make(chan error)
			go func() {
				resp, err := a.transport.RoundTrip(a.request(t.Context(), http.MethodPost, "/databases/g/query", queryBody("x", "")))
				if err == nil {
					resp.Body.Close()
				}
				answered <- err
			}()
			time.Sleep(time.Millisecond) //nolint:forbidigo // virtual time
			began := time.Now()
			cancel()
			err := <-served
			if (err != nil) != (lasts > want) {
				t.Errorf("a request of %v: Serve returns %v", lasts, err)
			}
			// Shutdown looks at connections now and then.
			if took := time.Since(began); took < want-time.Millisecond || took > want+time.Second {
				t.Errorf("a request of %v: Serve took %v to end", lasts, took)
			}
			if err := <-answered; (err != nil) != (lasts > want) {
				t.Errorf("a request of %v: %v", lasts, err)
			}
			a.transport.CloseIdleConnections()
		})
	}
}

// A listener that fails ends Serve with its error.
func TestServeFails(t *testing.T) {
	a := newAPI(t, scripted(t))
	listener := &memoryListener{closed: make(chan struct{})}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if err := a.server.Serve(t.Context(), listener); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve returns %v", err)
	}
}
