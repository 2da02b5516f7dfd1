package mockserver_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
)

// Each test here runs in a bubble: one that waits for what does not come, or
// leaves a goroutine behind, fails at once.

// stepped is a result that hands out so many rows, and before one of them waits.
func stepped(ctx context.Context, rows, waitBefore int, release <-chan struct{}) *result {
	i := 0
	return &result{columns: []string{"i"}, next: func() ([]any, error) {
		if i == waitBefore {
			select {
			case <-release:
			case <-ctx.Done():
				return nil, errors.New("Interrupted.")
			}
		}
		if i == rows {
			return nil, io.EOF
		}
		i++
		return []any{int64(i)}, nil
	}}
}

func (a *api) openStream(ctx context.Context) *http.Response {
	a.Helper()
	return a.send(a.request(ctx, http.MethodPost, "/databases/g/query?streaming=true", queryBody("x", "")))
}

func (a *api) readChunk(r *bufio.Reader) (c chunk) {
	a.Helper()
	line, err := r.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &c)
	}
	if err != nil {
		a.Fatalf("%v in %q", err, line)
	}
	return c
}

func TestHeadersLeaveBeforeTheStatementRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine, release := newStub(t), make(chan struct{})
		a := startInMemory(t, engine)
		a.create("g", "")
		engine.run = func(ctx context.Context, _ string) (mockserver.Result, error) {
			<-release
			return stepped(ctx, 1, -1, nil), nil
		}
		resp := a.openStream(t.Context()) // returns with the headers
		defer resp.Body.Close()
		if got := resp.Header.Get("X-Streaming"); resp.StatusCode != 200 || got != "true" {
			t.Errorf("got %d, X-Streaming %q", resp.StatusCode, got)
		}
		close(release)
		if c := a.readChunk(bufio.NewReader(resp.Body)); !c.Last || c.Total != 1 {
			t.Errorf("got %+v", c)
		}
	})
}

// A full chunk leaves when the row after it is there, for only then it is known
// whether it is the last, and before the rest of the next one is.
func TestChunkLeavesBeforeTheNextIsMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine, release := newStub(t), make(chan struct{})
		a := startInMemory(t, engine)
		a.create("g", "")
		engine.run = func(ctx context.Context, _ string) (mockserver.Result, error) {
			return stepped(ctx, 2000, 1001, release), nil
		}
		resp := a.openStream(t.Context())
		defer resp.Body.Close()
		body := bufio.NewReader(resp.Body)
		if c := a.readChunk(body); c.Index != 0 || c.Count != 1000 || c.Last {
			t.Errorf("got chunk %d with %d rows, last %v", c.Index, c.Count, c.Last)
		}
		close(release)
		if c := a.readChunk(body); c.Index != 1 || c.Count != 1000 || !c.Last {
			t.Errorf("got chunk %d with %d rows, last %v", c.Index, c.Count, c.Last)
		}
		if rest, err := io.ReadAll(body); len(rest) > 0 || err != nil {
			t.Errorf("then comes %q, %v", rest, err)
		}
	})
}

// A client that goes away ends the statement, wherever it is, and its result is
// closed.
func TestClientGoes(t *testing.T) {
	for name, path := range map[string]string{"plain": "/databases/g/query", "stream": "/databases/g/query?streaming=true"} {
		for _, where := range []string{"run", "rows"} {
			t.Run(name+", "+where, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					engine := newStub(t)
					a := startInMemory(t, engine)
					a.create("g", "")
					closed := false
					engine.run = func(ctx context.Context, _ string) (mockserver.Result, error) {
						if where == "run" {
							<-ctx.Done()
							closed = true
							return nil, errors.New("Interrupted.")
						}
						r := stepped(ctx, 5000, 1500, nil)
						r.closed = func() { closed = true }
						return r, nil
					}
					ctx, cancel := context.WithCancel(t.Context())
					req := a.request(ctx, http.MethodPost, path, queryBody("x", ""))
					done := make(chan struct{})
					go func() {
						defer close(done)
						if resp, err := a.transport.RoundTrip(req); err == nil {
							_, _ = io.Copy(io.Discard, resp.Body)
							resp.Body.Close()
						}
					}()
					synctest.Wait()
					if closed {
						t.Error("it ended too early")
					}
					cancel()
					<-done
					synctest.Wait()
					if !closed {
						t.Error("the statement goes on")
					}
				})
			})
		}
	}
}

// A client that stops reading stops the engine, too: nothing is piled up.
func TestSlowReaderHoldsTheEngine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := newStub(t)
		a := startInMemory(t, engine)
		a.create("g", "")
		rows := 0
		engine.run = func(context.Context, string) (mockserver.Result, error) {
			return &result{columns: []string{"i"}, next: func() ([]any, error) {
				rows++
				return []any{int64(rows)}, nil // without end
			}}, nil
		}
		resp := a.openStream(t.Context())
		synctest.Wait()
		first := rows
		if first > 3000 {
			t.Errorf("%d rows were made for nobody", first)
		}
		body := bufio.NewReader(resp.Body)
		for range 3 {
			a.readChunk(body)
		}
		synctest.Wait()
		if rows < 3000 || rows > first+4000 {
			t.Errorf("%d rows were made before three chunks were read, and %d after", first, rows)
		}
		resp.Body.Close()
	})
}

// Close ends event streams at once, and waits for a task that takes an hour to
// give in.
func TestCloseWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := newStub(t)
		a := startInMemory(t, engine)
		a.create("g", socialDDL)
		engine.run = func(ctx context.Context, cypher string) (mockserver.Result, error) {
			if !isCopy(cypher) {
				return nil, io.EOF
			}
			<-ctx.Done()
			<-time.After(time.Hour)
			return nil, errors.New("Interrupted.")
		}
		task := a.ingest("stubborn", "")
		resp := a.send(a.request(t.Context(), http.MethodGet, task.URL, ""))
		defer resp.Body.Close()
		synctest.Wait()

		began, closed := time.Now(), make(chan error)
		for range 2 { // it may be called by several, and again
			go func() { closed <- a.server.Close() }()
		}
		if events, err := io.ReadAll(resp.Body); err != nil || time.Since(began) != 0 || strings.Contains(string(events), "failed") {
			t.Errorf("after %v the stream ends with %v: %s", time.Since(began), err, events)
		}
		for range 2 {
			if err := <-closed; err != nil || time.Since(began) != time.Hour {
				t.Errorf("after %v Close returned %v", time.Since(began), err)
			}
		}
		if got := a.finished(task); got.Status != "failed" { // requests are answered nevertheless
			t.Errorf("got %+v", got)
		}
	})
}

// A client that leaves an event stream leaves nothing behind.
func TestClientLeavesEventStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := newHeld(t)
		a := startInMemory(t, engine)
		a.create("g", socialDDL)
		task := a.ingest("hold", "")
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan struct{})
		go func() {
			defer close(left)
			a.server.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, task.URL, nil))
		}()
		synctest.Wait()
		cancel()
		<-left
		close(engine.release)
		a.finished(task)
	})
}
