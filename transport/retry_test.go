package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/internal/planted"
	"github.com/robosystems/kuzuclient/transport"
)

// scripted is a network that answers as told and notes when it was asked, for
// tests in virtual time.
type scripted struct {
	mu     sync.Mutex
	answer func(n int, req *http.Request) (*http.Response, error) // n counts from 0
	at     []time.Time
	hosts  []string
}

func (s *scripted) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	n := len(s.at)
	s.at = append(s.at, time.Now())
	s.hosts = append(s.hosts, req.URL.Host)
	s.mu.Unlock()
	if req.Body != nil {
		_, _ = io.Copy(io.Discard, req.Body)
		_ = req.Body.Close()
	}
	return s.answer(n, req)
}

func answerTo(req *http.Request, status int, contentType, body string, headers ...string) *http.Response {
	resp := &http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"Content-Type": {contentType}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req,
	}
	for i := 0; i+1 < len(headers); i += 2 {
		resp.Header.Set(headers[i], headers[i+1])
	}
	return resp
}

func static(t testing.TB, urls ...string) *transport.Static {
	t.Helper()
	resolver, err := transport.NewStatic(urls...)
	if err != nil {
		t.Fatal(err)
	}
	return resolver
}

// waits are the times between the requests of a call.
func (s *scripted) waits() []time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []time.Duration
	for i := 1; i < len(s.at); i++ {
		list = append(list, s.at[i].Sub(s.at[i-1]))
	}
	return list
}

func get(ctx context.Context, rt http.RoundTripper) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://ignored/databases/social", nil)
	if err != nil {
		return nil, err
	}
	return rt.RoundTrip(req)
}

// TestBackoffTable holds the waits against the specification's table: 1, 2 and
// 4 s, each up to 10 % longer.
func TestBackoffTable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := &scripted{answer: func(_ int, req *http.Request) (*http.Response, error) {
			return answerTo(req, 500, asText, "Internal Server Error"), nil
		}}
		c := chain(t, func(s *transport.ChainSettings) { s.Transport = network; s.Breaker, s.Busy = nil, nil })
		seen := map[time.Duration]bool{}
		for range 20 {
			network.at = nil
			resp, err := get(t.Context(), c.For(static(t, "http://10.0.0.1:8001")))
			if err != nil || resp.StatusCode != 500 {
				t.Fatalf("got %v, %v", resp, err)
			}
			waits := network.waits()
			if len(waits) != 3 {
				t.Fatalf("waited %v, want 3 times", waits)
			}
			for i, low := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
				if waits[i] < low || waits[i] > low+low/10 {
					t.Errorf("wait %d is %v, want %v to %v", i+1, waits[i], low, low+low/10)
				}
			}
			seen[waits[0]] = true
			time.Sleep(time.Minute * 2) //nolint:forbidigo // virtual time, until the budget has recovered
		}
		if len(seen) < 10 {
			t.Errorf("20 calls waited only %d different times: there is no jitter", len(seen))
		}
	})
}

// TestServersAskForTime: what a server asks for is waited, up to the longest wait
// that is allowed, and a wait that would pass the deadline is not begun.
func TestServersAskForTime(t *testing.T) {
	admission := `{"detail":{"error":"Server temporarily unavailable","reason":"x","decision":"reject_cpu","retry_after":5}}`
	for _, test := range []struct {
		name     string
		deadline time.Duration
		status   int
		body     string
		header   string
		waits    int
		low, top time.Duration
		stopped  string
	}{
		{"retry_after in the body", 0, 503, admission, "", 3, 5 * time.Second, 5 * time.Second, "no retries left"},
		{"Retry-After", 0, 429, `{"detail":"slow"}`, "7", 3, 7 * time.Second, 7 * time.Second, "no retries left"},
		{"less than the backoff", 0, 429, `{"detail":"slow"}`, "0.5", 3, time.Second, 4400 * time.Millisecond, "no retries left"},
		{"too long in the body", 0, 503, strings.Replace(admission, ":5}", ":86400}", 1), "", 3, time.Minute, time.Minute, "no retries left"},
		{"too long", 0, 429, `{"detail":"slow"}`, "86400", 3, time.Minute, time.Minute, "no retries left"},
		{"a date", 0, 429, `{"detail":"slow"}`, "Sat, 01 Jan 2050 00:00:00 GMT", 3, time.Minute, time.Minute, "no retries left"},
		{"nonsense", 0, 429, `{"detail":"slow"}`, "99999999999999999999", 3, time.Minute, time.Minute, "no retries left"},
		{"past the deadline", 4 * time.Second, 503, admission, "", 0, 0, 0, "no time left for another attempt"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := &scripted{answer: func(_ int, req *http.Request) (*http.Response, error) {
					return answerTo(req, test.status, asJSON, test.body, "Retry-After", test.header), nil
				}}
				c := chain(t, func(s *transport.ChainSettings) { s.Transport = network })
				ctx := t.Context()
				if test.deadline > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.deadline)
					defer cancel()
				}
				begun := time.Now()
				resp, err := get(ctx, c.For(static(t, "http://10.0.0.1:8001")))
				if err != nil {
					t.Fatal(err)
				}
				e := transport.ResponseError(resp)
				waits := network.waits()
				if len(waits) != test.waits || e.Status != test.status || e.Stopped != test.stopped || len(e.Attempts) != test.waits+1 {
					t.Errorf("waited %v; %v", waits, e)
				}
				for _, wait := range waits {
					if wait < test.low || wait > test.top {
						t.Errorf("waited %v, want %v to %v", wait, test.low, test.top)
					}
				}
				if test.waits == 0 && time.Since(begun) != 0 {
					t.Errorf("it took %v to see that there is no time", time.Since(begun))
				}
			})
		})
	}
}

// TestFailoverIsImmediate: the first other endpoint is tried at once, the waits
// are for those known to fail.
func TestFailoverIsImmediate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := &scripted{answer: func(_ int, req *http.Request) (*http.Response, error) {
			return answerTo(req, 502, asHTML, "<html>"), nil
		}}
		c := chain(t, func(s *transport.ChainSettings) { s.Transport = network })
		resp, err := get(t.Context(), c.For(static(t, "http://10.0.0.1:8001", "http://10.0.0.2:8001", "http://10.0.0.3:8001")))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := strings.Join(network.hosts, " "); got != "10.0.0.1:8001 10.0.0.2:8001 10.0.0.3:8001 10.0.0.1:8001" {
			t.Errorf("asked %s", got)
		}
		waits := network.waits()
		if len(waits) != 3 || waits[0] != 0 || waits[1] < time.Second || waits[1] > 1100*time.Millisecond || waits[2] < 2*time.Second {
			t.Errorf("waited %v", waits)
		}
	})
}

// TestCancelDuringBackoff names what was waited for.
func TestCancelDuringBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := &scripted{answer: func(_ int, req *http.Request) (*http.Response, error) {
			return answerTo(req, 500, asText, "Internal Server Error"), nil
		}}
		c := chain(t, func(s *transport.ChainSettings) { s.Transport = network })
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(500*time.Millisecond, cancel)
		_, err := get(ctx, c.For(static(t, "http://10.0.0.1:8001")))
		planted.Note(err)
		if !errors.Is(err, transport.ErrCanceled) || !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "server error") || len(network.at) != 1 {
			t.Errorf("got %v after %d requests", err, len(network.at))
		}
	})
}

// TestTimeoutsSayWhereTheTimeWent, attempt by attempt.
func TestTimeoutsSayWhereTheTimeWent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := &scripted{answer: func(_ int, req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, context.Cause(req.Context())
		}}
		c := chain(t, func(s *transport.ChainSettings) { s.Transport = network; s.Retry.MaxRetries = 1; s.Retry.Jitter = 0 })
		_, err := get(t.Context(), c.For(slowResolver{static(t, "http://10.0.0.1:8001")}))
		planted.Note(err)
		e := transport.SendError(t.Context(), err)
		if e.Kind != transport.KindTimeout || len(e.Attempts) != 2 || e.Spent.Total != 67*time.Second || e.Spent.Discovery != 6*time.Second || e.Spent.Backoff != time.Second {
			t.Errorf("got %+v", e)
		}
		for _, piece := range []string{"no answer within 30s", "2 attempts", "[1] http://10.0.0.1:8001 timeout in 30s", "[2] 1s later", "discovery 6s", "backoff 1s", "in all 1m7s"} {
			if !strings.Contains(err.Error(), piece) {
				t.Errorf("got  %v\nwhich lacks %q", err, piece)
			}
		}
	})
}

// slowResolver takes 2 s for an answer that changes nothing. It is asked before
// each attempt, and after a failure whether there is another endpoint.
type slowResolver struct{ transport.Resolver }

func (s slowResolver) Resolve(ctx context.Context, call transport.Call, tried []transport.Endpoint) (transport.Endpoint, error) {
	time.Sleep(2 * time.Second) //nolint:forbidigo // virtual time
	return s.Resolver.Resolve(ctx, call, tried)
}

// TestBudgetStopsRetries when an endpoint fails for everybody.
func TestBudgetStopsRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := &scripted{answer: func(_ int, req *http.Request) (*http.Response, error) {
			return answerTo(req, 429, asJSON, `{"detail":"slow"}`), nil
		}}
		c := chain(t, func(s *transport.ChainSettings) { s.Transport = network; s.Retry.Delay = 0 })
		stopped := 0
		for range 100 {
			resp, err := get(t.Context(), c.For(static(t, "http://10.0.0.1:8001")))
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(transport.ResponseError(resp).Stopped, "budget") {
				stopped++
			}
		}
		if len(network.at) != 110 || stopped != 97 {
			t.Errorf("%d requests for 100 calls, %d stopped by the budget; want 110, 97", len(network.at), stopped)
		}
	})
}

// TestUploadsAreStreamed: a body is read as it is sent, and an attempt repeated
// only if its source can be had again.
func TestUploadsAreStreamed(t *testing.T) {
	var reached bool
	network := &scripted{}
	network.answer = func(n int, req *http.Request) (*http.Response, error) {
		if n == 0 {
			return answerTo(req, 429, asJSON, `{"detail":"slow"}`), nil
		}
		return answerTo(req, 200, asJSON, `{}`), nil
	}
	c := chain(t, func(s *transport.ChainSettings) { s.Transport = network; s.Retry.Delay = 0 })
	for _, rewinds := range []bool{false, true} {
		network.at = nil
		pipe, in := io.Pipe()
		go func() {
			_, _ = in.Write([]byte("archive"))
			in.Close()
		}()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://ignored/databases/social/restore", pipe)
		if err != nil {
			t.Fatal(err)
		}
		if rewinds {
			req.GetBody = func() (io.ReadCloser, error) {
				reached = true
				return io.NopCloser(strings.NewReader("archive")), nil
			}
		}
		resp, err := c.For(static(t, "http://10.0.0.1:8001")).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case rewinds && (resp.StatusCode != 200 || len(network.at) != 2 || !reached):
			t.Errorf("not repeated: %d after %d requests", resp.StatusCode, len(network.at))
		case !rewinds && (len(network.at) != 1 || !strings.Contains(transport.ResponseError(resp).Stopped, "cannot be had again")):
			t.Errorf("%d requests, %v", len(network.at), resp)
		}
	}
}

func parse(t testing.TB, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
