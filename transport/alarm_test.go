package transport_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/transport"
)

// TestAttemptsEndInTheirOwnTime: one timer watches all attempts, and each has the
// whole of its time, whoever ends before, between and after. Attempts are
// answered after so many seconds, or never.
func TestAttemptsEndInTheirOwnTime(t *testing.T) {
	const never = time.Duration(0)
	for name, script := range map[string][]struct{ begin, answer time.Duration }{
		"one after the other":  {{0, never}, {10, never}, {20, never}},
		"at once":              {{5, never}, {5, never}},
		"the first is done":    {{0, 3}, {1, never}, {2, never}},
		"the last is done":     {{0, never}, {1, never}, {2, 3}},
		"one between is done":  {{0, never}, {1, 3}, {2, never}},
		"after a quiet time":   {{0, 1}, {100, never}, {200, 1}, {215, never}},
		"after an expired one": {{0, never}, {40, never}, {50, 1}, {75, never}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := chain(t, func(s *transport.ChainSettings) {
					s.Retry.MaxRetries = 0
					s.Breaker, s.Busy = nil, nil
					s.Transport = after{}
				})
				rt := c.For(static(t, "http://10.0.0.1:8001"))
				var wg sync.WaitGroup
				for i, call := range script {
					wg.Go(func() {
						time.Sleep(call.begin * time.Second) //nolint:forbidigo // virtual time
						begun := time.Now()
						_, err := get(context.WithValue(t.Context(), after{}, call.answer*time.Second), rt)
						took, want := time.Since(begun), call.answer*time.Second
						if call.answer == never {
							want = 30 * time.Second
						}
						if took != want || (err == nil) != (call.answer != never) {
							t.Errorf("call %d ended after %v with %v, want it after %v", i, took, err, want)
						}
					})
				}
				wg.Wait()
			})
		})
	}
}

// TestNearerDeadlinesAreTheCallers: an attempt that cannot use up its own time is
// ended by the caller's context.
func TestNearerDeadlinesAreTheCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := chain(t, func(s *transport.ChainSettings) { s.Transport = after{} })
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), after{}, time.Duration(0)), 7*time.Second)
		defer cancel()
		begun := time.Now()
		_, err := get(ctx, c.For(static(t, "http://10.0.0.1:8001")))
		if e := transport.SendError(ctx, err); e.Kind != transport.KindTimeout || time.Since(begun) != 7*time.Second {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}

// after is a network that answers when the context says, and the key for that.
type after struct{}

func (after) RoundTrip(req *http.Request) (*http.Response, error) {
	var answered <-chan time.Time
	if d, _ := req.Context().Value(after{}).(time.Duration); d > 0 {
		answered = time.After(d)
	}
	select {
	case <-answered:
		return answerTo(req, http.StatusOK, asJSON, `{}`), nil
	case <-req.Context().Done():
		return nil, context.Cause(req.Context())
	}
}
