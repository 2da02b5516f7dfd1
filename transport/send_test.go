package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/transport"
)

func TestSendErrorClassifies(t *testing.T) {
	ctx := t.Context()
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	expired, cancel := context.WithTimeout(ctx, 0)
	defer cancel()
	dial := &net.OpError{Op: "dial", Net: "tcp", Err: context.DeadlineExceeded} // as of a dialer's own limit
	for _, test := range []struct {
		name string
		ctx  context.Context
		err  error
		want transport.Kind
	}{
		{"refused", ctx, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}, transport.KindUnavailable},
		{"reset", ctx, &net.OpError{Op: "read", Net: "tcp", Err: errors.New("connection reset by peer")}, transport.KindUnavailable},
		{"broken off", ctx, fmt.Errorf("the answer broke off: %w", io.ErrUnexpectedEOF), transport.KindUnavailable},
		{"nobody answers the call", ctx, dial, transport.KindUnavailable},
		{"nobody answers in the caller's time", expired, dial, transport.KindTimeout},
		{"no answer in time", ctx, &net.OpError{Op: "read", Net: "tcp", Err: context.DeadlineExceeded}, transport.KindTimeout},
		{"a limit that is not the context's", ctx, context.DeadlineExceeded, transport.KindTimeout},
		{"deadline", expired, context.DeadlineExceeded, transport.KindTimeout},
		{"canceled", canceled, context.Canceled, transport.KindCanceled},
		{"canceled, said otherwise", canceled, errors.New("use of closed network connection"), transport.KindCanceled},
		{"a layer below knows", ctx, &transport.Error{Kind: transport.KindCircuitOpen}, transport.KindCircuitOpen},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, err := range []error{test.err, &url.Error{Op: "Get", URL: "http://h:1/secret", Err: test.err}, fmt.Errorf("wrapped: %w", test.err)} {
				e := transport.SendError(test.ctx, err)
				if e.Kind != test.want {
					t.Errorf("%v is %s, want %s", err, e.Kind, test.want)
				}
				if ended := test.ctx.Err(); ended != nil && !errors.Is(e, ended) {
					t.Errorf("%v hides %v", e, ended)
				}
				if strings.Contains(e.Error(), "secret") {
					t.Errorf("%v repeats the URL", e)
				}
			}
		})
	}
}

func TestSendErrorCopiesWhatItIsGiven(t *testing.T) {
	below := &transport.Error{Kind: transport.KindRouting, Message: "no server is known"}
	e := transport.SendError(t.Context(), &url.Error{Op: "Get", Err: below})
	e.Operation = "getHealth"
	if below.Operation != "" {
		t.Error("the layer's own error was changed")
	}
}

// TestContextsStayVisible asks a server that never answers, or never ends, and
// gives up. The cause of a context is what net/http reports in its place.
func TestContextsStayVisible(t *testing.T) {
	arrived := make(chan struct{}, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			_ = http.NewResponseController(w).Flush()
		}
		arrived <- struct{}{}
		<-r.Context().Done()
	}))
	defer srv.Close()
	why := errors.New("the user left")
	contexts := map[string]struct {
		end  func(context.Context) (context.Context, func())
		is   error
		kind transport.Kind
	}{
		"canceled": {func(ctx context.Context) (context.Context, func()) {
			ctx, cancel := context.WithCancel(ctx)
			return ctx, cancel
		}, context.Canceled, transport.KindCanceled},
		"canceled for a cause": {func(ctx context.Context) (context.Context, func()) {
			ctx, cancel := context.WithCancelCause(ctx)
			return ctx, func() { cancel(why) }
		}, context.Canceled, transport.KindCanceled},
	}
	for name, c := range contexts {
		for _, path := range []string{"/head", "/body"} {
			t.Run(name+path, func(t *testing.T) {
				ctx, end := c.end(t.Context())
				go func() {
					<-arrived
					end()
				}()
				req, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+path, http.NoBody)
				if err != nil {
					t.Fatal(err)
				}
				resp, err := srv.Client().Do(req)
				if err == nil {
					defer resp.Body.Close()
					_, err = io.ReadAll(resp.Body)
				}
				e := transport.SendError(ctx, err)
				if e.Kind != c.kind || !errors.Is(e, c.is) {
					t.Errorf("%s: %v", e.Kind, e)
				}
				if cause := context.Cause(ctx); !errors.Is(e, cause) {
					t.Errorf("%v hides the cause %v", e, cause)
				}
			})
		}
	}
}

// TestBaseIsBounded holds the pool to the figures of its documentation.
func TestBaseIsBounded(t *testing.T) {
	base := transport.NewBase()
	if base.MaxConnsPerHost != 100 || base.MaxIdleConnsPerHost != 20 {
		t.Errorf("%d connections, %d of them idle", base.MaxConnsPerHost, base.MaxIdleConnsPerHost)
	}
	if limit := base.IdleConnTimeout; limit <= 0 || limit >= 5*time.Second {
		t.Errorf("connections idle for %v; the server closes them after 5s", limit)
	}
	if base.DisableKeepAlives || base.Proxy == nil || !base.ForceAttemptHTTP2 || base == transport.NewBase() {
		t.Errorf("not a pool of its own as documented: %+v", base)
	}
}
