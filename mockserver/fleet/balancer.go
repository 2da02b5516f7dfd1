package fleet

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

const (
	checkInterval = 250 * time.Millisecond
	checkTimeout  = 2 * time.Second
)

// balancer gives each request to the next replica that passed its last health
// check. Like the deployed one it answers 502 with a page in HTML if the replica
// fails the request, or none is left; a request is not tried twice.
type balancer struct {
	host    *host
	targets []*target
	next    atomic.Uint64
	failing atomic.Bool // it answers 502 whatever its replicas do
	pool    *http.Transport
}

type target struct {
	instance *Instance
	proxy    *httputil.ReverseProxy
	healthy  atomic.Bool
}

func newBalancer(replicas []*Instance) (*balancer, error) {
	b := &balancer{pool: &http.Transport{MaxIdleConnsPerHost: 16}}
	for _, i := range replicas {
		base, err := url.Parse(i.URL)
		if err != nil {
			return nil, err
		}
		t := &target{instance: i}
		t.proxy = &httputil.ReverseProxy{
			Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(base); r.SetXForwarded() },
			Transport:     b.pool,
			FlushInterval: -1,
			ErrorLog:      log.New(io.Discard, "", 0),
			ErrorHandler: func(w http.ResponseWriter, r *http.Request, _ error) {
				if r.Context().Err() == nil {
					t.healthy.Store(false)
				}
				badGateway(w)
			},
		}
		b.targets = append(b.targets, t)
	}
	b.host = &host{handler: b}
	return b, nil
}

// ServeHTTP implements [http.Handler].
func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// Otherwise an answer that begins while the request's end is still looked for
	// closes the request's body, and breaks off with it.
	_ = http.NewResponseController(w).EnableFullDuplex()
	if b.failing.Load() {
		badGateway(w)
		return
	}
	for range b.targets {
		t := b.targets[int(b.next.Add(1)%uint64(len(b.targets)))]
		if t.healthy.Load() {
			t.proxy.ServeHTTP(w, r)
			return
		}
	}
	badGateway(w)
}

func badGateway(w http.ResponseWriter) {
	w.Header().Set("Server", "awselb/2.0")
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusBadGateway)
	_, _ = io.WriteString(w, "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n")
}

// check asks every replica for its health, all at once.
func (b *balancer) check(ctx context.Context) {
	within, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	var checks sync.WaitGroup
	for _, t := range b.targets {
		checks.Go(func() {
			req, err := http.NewRequestWithContext(within, http.MethodGet, t.instance.URL+"/health", nil)
			if err != nil {
				return // a URL of our own
			}
			resp, err := b.pool.RoundTrip(req)
			if err == nil {
				_, _ = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
			t.healthy.Store(err == nil && resp.StatusCode == http.StatusOK)
		})
	}
	checks.Wait()
}

// watch checks again and again until the context ends.
func (b *balancer) watch(ctx context.Context) {
	ticker := time.NewTicker(checkInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			b.check(ctx)
		case <-ctx.Done():
			return
		}
	}
}

func (b *balancer) close() error {
	b.host.stop()
	b.host.wait()
	b.pool.CloseIdleConnections()
	return nil
}
