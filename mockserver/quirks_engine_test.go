package mockserver_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
)

// The quirks that show in time, on engines whose statements can be interrupted:
// what happens to the statement, in which order, whatever the machine takes for it.

const (
	endless = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN count(a + b)"
	long    = "UNWIND range(1, 2000) AS a UNWIND range(1, 1000) AS b RETURN count(a + b)"
)

// watched is an engine whose statements tell that they have begun, and how they
// have ended.
type watched struct {
	mockserver.Engine
	began   chan context.CancelFunc // which interrupts the statement
	ended   chan error
	running atomic.Bool
}

func (w *watched) Run(ctx context.Context, name string, q mockserver.Query) (mockserver.Result, error) {
	if q.Cypher != endless && q.Cypher != long {
		return w.Engine.Run(ctx, name, q)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w.running.Store(true)
	w.began <- cancel
	result, err := w.Engine.Run(ctx, name, q)
	w.running.Store(false)
	w.ended <- err
	return result, err
}

// eachInterruptible runs a test on every engine but the scripted one, whose
// handlers cannot be interrupted.
func eachInterruptible(t *testing.T, test func(t *testing.T, a *api, engine *watched), change ...func(*mockserver.Config)) {
	t.Helper()
	for name, open := range engines {
		if name == "scripted" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			engine := &watched{Engine: open(t), began: make(chan context.CancelFunc, 1), ended: make(chan error, 1)}
			a := start(t, engine, change...)
			a.create("g", "")
			test(t, a, engine)
		})
	}
}

func interruptedBy(err error) bool { return err != nil && err.Error() == "Interrupted." }

// TestLateTimeoutOnEngine (S-6): who is over the limit is interrupted, or runs
// to the end; the answer is the same.
func TestLateTimeoutOnEngine(t *testing.T) {
	for quirks, statement := range map[mockserver.Quirks]string{0: endless, mockserver.QuirkLateTimeout: long, mockserver.QuirksDeployed: long} {
		eachInterruptible(t, func(t *testing.T, a *api, engine *watched) {
			a.query("g", statement, "").detail(500, "Unexpected error: 408: Query execution timeout (0.001 seconds)")
			<-engine.began
			if err := <-engine.ended; interruptedBy(err) != (quirks == 0) {
				t.Errorf("quirks %q: the statement ended with %v", quirks, err)
			}
		}, withQuirks(quirks), func(cfg *mockserver.Config) { cfg.QueryTimeout = new(time.Millisecond) })
	}
}

// TestRunOnOnEngine (section 6.3): when its client goes, a statement is
// interrupted, or runs to the end.
func TestRunOnOnEngine(t *testing.T) {
	for quirks, statement := range map[mockserver.Quirks]string{0: endless, mockserver.QuirkRunOn: long, mockserver.QuirksDeployed: long} {
		for _, path := range []string{"/databases/g/query", "/databases/g/query?streaming=true"} {
			eachInterruptible(t, func(t *testing.T, a *api, engine *watched) {
				ctx, leave := context.WithCancel(t.Context())
				gone := make(chan struct{})
				go func() {
					defer close(gone)
					if resp, err := a.transport.RoundTrip(a.request(ctx, http.MethodPost, path, queryBody(statement, ""))); err == nil {
						_, _ = io.Copy(io.Discard, resp.Body)
						resp.Body.Close()
					}
				}()
				<-engine.began
				leave()
				<-gone
				if err := <-engine.ended; interruptedBy(err) != (quirks == 0) {
					t.Errorf("quirks %q, %s: the statement ended with %v", quirks, path, err)
				}
			}, withQuirks(quirks))
		}
	}
}

// TestFreezeOnEngine (S-15): a request that was sent while a plain query ran is
// answered meanwhile, or after it.
func TestFreezeOnEngine(t *testing.T) {
	for _, quirks := range []mockserver.Quirks{0, mockserver.QuirkFreeze} {
		eachInterruptible(t, func(t *testing.T, a *api, engine *watched) {
			answered := make(chan struct{})
			go func() {
				defer close(answered)
				a.query("g", endless, "").detail(500, "Query execution error: Interrupted.")
			}()
			interrupt := <-engine.began
			sent := make(chan struct{})
			asked := make(chan bool)
			go func() {
				ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { close(sent) }})
				resp := a.send(a.request(ctx, http.MethodGet, "/health", ""))
				resp.Body.Close()
				asked <- engine.running.Load()
			}()
			<-sent
			if quirks != 0 {
				interrupt() // or it would never be answered
			}
			if during := <-asked; during != (quirks == 0) {
				t.Errorf("quirks %q: answered while the statement ran: %v", quirks, during)
			}
			interrupt()
			<-answered
		}, withQuirks(quirks))
	}
}
