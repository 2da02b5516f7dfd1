package fleet

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// host is an address that answers, refuses, or is silent.
type host struct {
	handler http.Handler
	tls     *tls.Config // nil for plain HTTP
	wire    wire

	mu      sync.Mutex
	address string             // host:port, kept over restarts
	web     *http.Server       // nil while connections are refused
	served  chan struct{}      // closed when web has ended
	die     context.CancelFunc // ends the requests of web
	thaw    chan struct{}      // closed when a freeze ends; nil if there is none
	dropped int                // how often the requests that wait were dropped
	active  sync.WaitGroup
	waiting atomic.Int64 // requests that a freeze holds up
}

// start listens, at the address that the host had before if it had one.
func (h *host) start(ctx context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.web != nil {
		return nil
	}
	address := h.address
	if address == "" {
		address = "127.0.0.1:0"
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	life, die := context.WithCancel(context.WithoutCancel(ctx))
	web, served := &http.Server{
		Handler: h, ReadHeaderTimeout: 30 * time.Second,
		BaseContext: func(net.Listener) context.Context { return life },
		ErrorLog:    log.New(io.Discard, "", 0),
	}, make(chan struct{})
	h.address, h.web, h.served, h.die = l.Addr().String(), web, served, die
	l = spoiledListener{l, &h.wire}
	if h.tls != nil {
		l = tls.NewListener(l, h.tls)
	}
	go func() {
		defer close(served)
		_ = web.Serve(l) // ends with stop
	}()
	return nil
}

// stop closes all connections and refuses new ones.
func (h *host) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.web == nil {
		return
	}
	h.die()
	_ = h.web.Close()
	<-h.served
	h.web = nil
	h.melt()
}

// freeze keeps all requests waiting that come from now on.
func (h *host) freeze() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.thaw == nil {
		h.thaw = make(chan struct{})
	}
}

// unfreeze lets them go on.
func (h *host) unfreeze() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.melt()
}

func (h *host) melt() {
	if h.thaw != nil {
		close(h.thaw)
		h.thaw = nil
	}
}

// drop has the requests that a freeze holds up end without an answer.
func (h *host) drop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.dropped++
}

// wait returns when no request is under way after a stop.
func (h *host) wait() { h.active.Wait() }

func (h *host) url() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.tls != nil {
		return "https://" + h.address
	}
	return "http://" + h.address
}

// ServeHTTP implements [http.Handler]. A request's context ends with the host.
func (h *host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	if h.web == nil {
		h.mu.Unlock()
		panic(http.ErrAbortHandler)
	}
	h.active.Add(1)
	defer h.active.Done()
	thaw, dropped := h.thaw, h.dropped
	h.mu.Unlock()
	if thaw != nil {
		h.waiting.Add(1)
		select {
		case <-thaw:
		case <-r.Context().Done():
		}
		h.waiting.Add(-1)
		h.mu.Lock()
		gone := h.dropped != dropped
		h.mu.Unlock()
		if gone {
			panic(http.ErrAbortHandler)
		}
	}
	if r.Context().Err() != nil { // the client has gone, or the host has
		panic(http.ErrAbortHandler)
	}
	h.handler.ServeHTTP(w, r)
}
