package kuzu_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
)

// TestNothingIsLeftBehind calls every operation against every kind of answer.
// Afterwards no connection may be in use, and once the idle ones are closed, no
// goroutine may be left: a synctest bubble does not end before they do.
func TestNothingIsLeftBehind(t *testing.T) {
	stall := func(begin string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			says(200, contentTypeOf(r), begin)(w, r)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}
	}
	for name, answer := range map[string]http.HandlerFunc{
		"success of a stream":    says(200, asNDJSON, firstChunk+lastChunk),
		"success of a query":     says(200, asJSON, `{"data":[{"n":1}],"columns":["n"],"row_count":1}`),
		"empty object":           says(200, asJSON, "{}"),
		"refusal":                says(409, asJSON, `{"detail":"no"}`),
		"refusal without end":    stalledRefusal,
		"redirect":               says(307, "", ""),
		"wrong type, long":       says(200, "text/html", strings.Repeat("x", 1<<20)),
		"too large":              says(200, asJSON, strings.Repeat(" ", 1<<20)),
		"too large, as a stream": says(200, asNDJSON, strings.Repeat(" ", 1<<20)),
		"stream that just ends":  says(200, asNDJSON, firstChunk),
		"stream with an error":   says(200, asNDJSON, firstChunk+`{"error":"Binder exception: x"}`+"\n"),
		"stream with bad JSON":   says(200, asNDJSON, firstChunk+"<html>\n"+strings.Repeat("x", 1<<20)),
		"stream that is dropped": cutOff(asNDJSON, firstChunk),
		"answer that is dropped": cutOff(asJSON, `{"data":[`),
		"silence":                func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"silence after a head":   stall(""),
		"silence after a row":    stall(firstChunk),
		"dropped at once":        func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := inMemory(t, func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body)
					answer(w, r)
				})
				c := srv.client(t, kuzu.WithMaxMessageBytes(100_000))
				for _, use := range uses() {
					ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
					use(ctx, c)
					synctest.Wait()
					if n := srv.count(http.StateActive) + srv.count(http.StateNew); n > 0 {
						t.Errorf("%d connections are in use after the call", n)
					}
					cancel()
				}
				srv.pool.CloseIdleConnections()
				synctest.Wait()
				if n := srv.count(http.StateIdle); n > 0 {
					t.Errorf("%d connections cannot be closed", n)
				}
			})
		})
	}
}

// uses are the operations, and the ways to leave a stream.
func uses() []func(context.Context, *kuzu.Client) {
	uses := []func(context.Context, *kuzu.Client){
		func(ctx context.Context, c *kuzu.Client) {
			rows := c.Stream(ctx, "RETURN 1", nil)
			rows.Next()
			_ = rows.Close()
		},
		func(ctx context.Context, c *kuzu.Client) { _ = c.Stream(ctx, "RETURN 1", nil).Close() },
		func(ctx context.Context, c *kuzu.Client) {
			for _, err := range c.Stream(ctx, "RETURN 1", nil).All() {
				_ = err
				break
			}
		},
		func(ctx context.Context, c *kuzu.Client) {
			for _, err := range kuzu.StreamAs[string](ctx, c, "RETURN 1", nil) { // of another type than the rows
				_ = err
			}
		},
		func(ctx context.Context, c *kuzu.Client) {
			for _, err := range kuzu.StreamAs[int](ctx, c, "RETURN 1", nil) {
				_ = err
				break
			}
		},
	}
	for _, op := range jsonOperations() {
		uses = append(uses, func(ctx context.Context, c *kuzu.Client) { _ = op(ctx, c) })
	}
	for _, op := range onGraph {
		uses = append(uses, func(ctx context.Context, c *kuzu.Client) { _ = op(ctx, c) })
	}
	return uses
}

func contentTypeOf(r *http.Request) string {
	if r.URL.Query().Get("streaming") == "true" {
		return asNDJSON
	}
	return asJSON
}

func stalledRefusal(w http.ResponseWriter, r *http.Request) {
	says(500, "text/plain", "Internal")(w, r)
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

// TestCloseClosesIdleConnections of all clients that share the pool; a call that
// is under way goes on.
func TestCloseClosesIdleConnections(t *testing.T) {
	underWay, goOn := make(chan struct{}), make(chan struct{})
	var address string
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/databases/slow" {
			close(underWay)
			<-goOn
		} else {
			address = r.RemoteAddr
		}
		says(200, asJSON, `{"graph_id":"x"}`)(w, r)
	})
	c := srv.client(t)
	ask := func() string {
		t.Helper()
		if _, err := c.Database(t.Context()); err != nil {
			t.Fatal(err)
		}
		return address
	}
	result := make(chan error)
	go func() {
		_, err := c.ForGraph("slow").Database(t.Context())
		result <- err
	}()
	<-underWay
	first := ask()
	if again := ask(); again != first {
		t.Errorf("calls one after the other took the connections %s and %s", first, again)
	}
	for name, closer := range map[string]*kuzu.Client{"client": c, "client of another graph": c.ForGraph("other")} {
		before := ask()
		if err := closer.Close(); err != nil {
			t.Error(err)
		}
		if after := ask(); after == before {
			t.Errorf("the %s was closed, and its connection is still in use", name)
		}
	}
	close(goOn)
	if err := <-result; err != nil {
		t.Errorf("a call that was under way: %v", err)
	}
}
