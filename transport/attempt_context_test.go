package transport_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/transport"
)

// TestContextsOfAttempts: what a transport is given ends with the attempt, with
// the attempt's time and with the caller's context, also for those who do not
// wait for it and ask only later.
func TestContextsOfAttempts(t *testing.T) {
	ended := func(ctx context.Context) bool {
		select {
		case <-ctx.Done():
			return true
		default:
			return false
		}
	}
	for _, test := range []struct {
		name string
		ask  func(context.Context) // during the attempt
	}{
		{"never asked", func(context.Context) {}},
		{"asked for its error", func(ctx context.Context) {
			if err := ctx.Err(); err != nil {
				t.Errorf("it has ended while the attempt goes on: %v", err)
			}
		}},
		{"waited for", func(ctx context.Context) {
			if ended(ctx) || ctx.Err() != nil || context.Cause(ctx) != nil {
				t.Errorf("it has ended while the attempt goes on: %v", ctx.Err())
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var given context.Context
			network := &scripted{answer: func(_ int, req *http.Request) (*http.Response, error) {
				given = req.Context()
				test.ask(given)
				return answerTo(req, http.StatusOK, asJSON, `{}`), nil
			}}
			c := chain(t, func(s *transport.ChainSettings) { s.Transport = network })
			if _, err := get(t.Context(), c.For(static(t, "http://10.0.0.1:8001"))); err != nil {
				t.Fatal(err)
			}
			if err := given.Err(); !errors.Is(err, context.Canceled) || !ended(given) || !errors.Is(given.Err(), context.Canceled) {
				t.Errorf("after the attempt: %v", err)
			}
		})
	}
}

// TestContextsTellWhyTheyEnd, to a transport that has not waited before.
func TestContextsTellWhyTheyEnd(t *testing.T) {
	gaveUp := errors.New("gave up")
	for name, test := range map[string]struct {
		cancel time.Duration // when the caller gives up
		err    error
		cause  string
	}{
		"the attempt's time": {time.Hour, context.Canceled, "the time of the attempt is over"},
		"the caller":         {time.Second, context.Canceled, "gave up"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				time.AfterFunc(test.cancel, func() { cancel(gaveUp) })
				network := &scripted{answer: func(_ int, req *http.Request) (*http.Response, error) {
					given := req.Context()
					time.Sleep(40 * time.Second) //nolint:forbidigo // virtual time
					if !errors.Is(given.Err(), test.err) || context.Cause(given).Error() != test.cause {
						t.Errorf("it ended with %v because of %v", given.Err(), context.Cause(given))
					}
					return nil, context.Cause(given)
				}}
				c := chain(t, func(s *transport.ChainSettings) { s.Transport, s.Retry.MaxRetries = network, 0 })
				if _, err := get(ctx, c.For(static(t, "http://10.0.0.1:8001"))); err == nil {
					t.Error("no error")
				}
			})
		})
	}
}

// TestTracesOfTheCaller are told of connections as without the chain.
func TestTracesOfTheCaller(t *testing.T) {
	server := httptest.NewServer(answering(http.StatusOK, asJSON, `{}`))
	defer server.Close()
	var dialed, got atomic.Int64
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		ConnectDone: func(string, string, error) { dialed.Add(1) },
		GotConn:     func(httptrace.GotConnInfo) { got.Add(1) },
	})
	rt := chain(t).For(static(t, server.URL))
	for range 3 {
		if _, err := get(ctx, rt); err != nil {
			t.Fatal(err)
		}
	}
	if dialed.Load() != 1 || got.Load() != 3 {
		t.Errorf("told of %d connections made and %d used, want 1 and 3", dialed.Load(), got.Load())
	}
}
