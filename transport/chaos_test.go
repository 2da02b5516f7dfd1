package transport_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
	"github.com/robosystems/kuzuclient/transport"
)

var chaosCalls = flag.Int("chaos.calls", 1000, "calls for each kind of fault in the chaos test")

// proxy stands between the chain and a healthy server and spoils connections.
type proxy struct {
	net.Listener
	target string
	fault  atomic.Pointer[string] // "" for none
	conns  sync.WaitGroup
}

func newProxy(t testing.TB, target string) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{Listener: listener, target: target}
	p.spoil("")
	p.conns.Go(p.serve)
	return p
}

func (p *proxy) spoil(fault string) { p.fault.Store(&fault) }

func (p *proxy) serve() {
	for {
		in, err := p.Accept()
		if err != nil {
			return
		}
		p.conns.Go(func() { p.carry(in.(*net.TCPConn)) })
	}
}

// carry forwards what comes until either side closes, and spoils about half of
// the answers as the fault of the moment says.
func (p *proxy) carry(in *net.TCPConn) {
	defer in.Close()
	out, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer out.Close()
	go func() {
		_, _ = io.Copy(out, in)
		_ = out.Close()
	}()
	buffer := make([]byte, 32<<10)
	for {
		n, err := out.Read(buffer)
		if n > 0 {
			fault := *p.fault.Load()
			if rand.IntN(2) == 0 {
				fault = ""
			}
			switch fault {
			case "resets":
				_ = in.SetLinger(0)
				return
			case "truncation":
				_, _ = in.Write(buffer[:n/2])
				return
			case "latency":
				<-time.After(time.Duration(rand.IntN(20)) * time.Millisecond)
			case "blackholes":
				_, _ = io.Copy(io.Discard, in) // until the client loses patience
				return
			case "5xx bursts":
				_, _ = io.WriteString(in, []string{
					"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>",
					"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
					"HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain\r\nContent-Length: 21\r\nConnection: close\r\n\r\nInternal Server Error",
				}[rand.IntN(3)])
				return
			}
			if _, err := in.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// TestChaos sends mixed calls through a proxy that spoils their answers: each
// ends within its deadline with the right answer or a fitting error, no write
// runs twice, nothing leaks, and all is well soon after the fault has ended. The
// full size is a matter of make chaos-proxy.
func TestChaos(t *testing.T) {
	for _, fault := range []string{"resets", "latency", "truncation", "5xx bursts", "blackholes"} {
		t.Run(fault, func(t *testing.T) { chaos(t, fault, *chaosCalls) })
	}
}

func chaos(t *testing.T, fault string, calls int) {
	before := runtime.NumGoroutine()
	var runs sync.Map // statement to *atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if bytes.Contains(body, []byte("CREATE")) {
			n, _ := runs.LoadOrStore(string(body), new(atomic.Int64))
			n.(*atomic.Int64).Add(1)
		}
		echo := strings.ReplaceAll(string(body), `"`, `'`)
		answering(200, asJSON, `{"echo":"`+echo+`"}`, "X-Padding", strings.Repeat("x", 200))(w, r)
	}))
	proxy := newProxy(t, server.Listener.Addr().String())
	c := chain(t, func(s *transport.ChainSettings) {
		s.Timeout = 250 * time.Millisecond
		s.Retry.Delay, s.Retry.MaxDelay = 5*time.Millisecond, 50*time.Millisecond
		s.Retry.Budget = &resilience.BudgetSettings{Share: 0.2, PerSecond: 1000, Burst: 1000, MaxKeys: 4}
		s.Breaker.OpenTimeout, s.Busy.OpenTimeout = 100*time.Millisecond, 100*time.Millisecond
		s.Bulkhead = &resilience.BulkheadSettings{Concurrent: 200}
	})
	rt := c.For(static(t, "http://"+proxy.Addr().String()))
	proxy.spoil(fault)
	var right, wrong atomic.Int64
	var callers sync.WaitGroup
	next := make(chan int)
	for range 50 {
		callers.Go(func() {
			for i := range next {
				if err := chaosCall(rt, i); err == nil {
					right.Add(1)
				} else if fits(err) {
					wrong.Add(1)
				} else {
					t.Errorf("call %d ended in %v", i, err)
				}
			}
		})
	}
	for i := range calls {
		next <- i
	}
	close(next)
	callers.Wait()
	runs.Range(func(statement, n any) bool {
		if n := n.(*atomic.Int64).Load(); n > 1 {
			t.Errorf("%s ran %d times", statement, n)
		}
		return true
	})
	if right.Load() == 0 || fault != "latency" && wrong.Load() == 0 {
		t.Errorf("%d right answers and %d errors: the fault was none, or all there was", right.Load(), wrong.Load())
	}
	proxy.spoil("")
	recovered := time.Now().Add(5 * time.Second)
	for good := 0; good < 20; good++ {
		if err := chaosCall(rt, -good); err != nil {
			if time.Now().After(recovered) {
				t.Fatalf("not recovered after 5 s: %v", err)
			}
			good = 0
		}
	}
	_ = c.Close()
	_ = proxy.Close()
	server.Close()
	proxy.conns.Wait()
	wantGoroutines(t, before)
}

// chaosCall is a read or a write, and checks the answer and the time.
func chaosCall(rt http.RoundTripper, i int) error {
	const patience = 3 * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	statement := fmt.Sprintf("MATCH (n {id: %d}) RETURN n.a AS a", i)
	if i%3 == 0 {
		statement = fmt.Sprintf("CREATE (n:Person {id: %d})", i)
	}
	body := `{"database":"social","cypher":"` + statement + `"}`
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://ignored/databases/social/query", strings.NewReader(body))
	if err != nil {
		return err
	}
	begun := time.Now()
	resp, err := rt.RoundTrip(req)
	if err != nil {
		if took := time.Since(begun); took > 2*patience {
			return fmt.Errorf("it took %v: %s", took, err.Error())
		}
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return transport.SendError(ctx, err)
	}
	if resp.StatusCode != 200 {
		resp.Body = io.NopCloser(bytes.NewReader(answer))
		return transport.ResponseError(resp)
	}
	if !strings.Contains(string(answer), statement) {
		return fmt.Errorf("the answer to %s is %s", statement, answer)
	}
	return nil
}

// fits tells whether an error is one that a spoiled connection can lead to.
func fits(err error) bool {
	for _, kind := range []error{transport.ErrUnavailable, transport.ErrTimeout, transport.ErrServer} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// wantGoroutines waits until no more goroutines run than before.
func wantGoroutines(t *testing.T, before int) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines are left of %d:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
	}
}
