package factory

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// probeTimeout is what a health check may take. An instance that does not answer
// for so long is busy, not dead.
const probeTimeout = 2 * time.Second

// verdict is what a health check found.
type verdict struct {
	healthy bool
	why     string
	source  string
	at      time.Time
}

func (v *verdict) fresh(ttl time.Duration) bool { return v != nil && time.Since(v.at) < ttl }

// replicasHealthy reports whether the load balancer of the replicas can be used.
func (f *fleet) replicasHealthy(ctx context.Context, d *Decision) bool {
	began := d.begin()
	if !f.cfg.HealthChecks {
		d.step("replica health", "not checked, taken for healthy", 0, began)
		return true
	}
	if v := f.verdict.Load(); v.fresh(f.cfg.ReplicaHealthTTL) {
		d.step("replica health", v.why+", known in the process from "+v.source, time.Since(v.at), began)
		return v.healthy
	}
	flight := f.flights.DoChan("*replica_health", func() (any, error) {
		within, cancel := context.WithTimeout(f.ctx, probeTimeout+redisPatience)
		defer cancel()
		v := f.judgeReplicas(within)
		f.verdict.Store(v)
		return v, nil
	})
	select {
	case r := <-flight:
		v := r.Val.(*verdict)
		d.step("replica health", v.why+", from "+v.source, time.Since(v.at), began)
		return v.healthy
	case <-ctx.Done():
		d.step("replica health", "the caller gave up", 0, began)
		return false
	}
}

// judgeReplicas takes over what another process found a moment ago, or else asks
// the load balancer itself.
func (f *fleet) judgeReplicas(ctx context.Context) *verdict {
	key := f.key("alb:health")
	if f.store != nil && f.cfg.ReplicaHealthTTL > 0 {
		if text, found, err := f.store.get(ctx, key); found && err == nil {
			healthy, at, err := decodeHealth(text)
			v := &verdict{healthy: healthy, why: word(healthy), source: "redis", at: at}
			if err != nil {
				f.log.Warn("an entry in Redis cannot be used", "key", key, "error", err)
			} else if v.fresh(f.cfg.ReplicaHealthTTL) {
				return v
			}
		}
	}
	v := &verdict{source: "a check", at: time.Now()}
	done, err := f.alb.Acquire(ctx)
	if err != nil {
		v.why = "unhealthy: " + err.Error()
		return v
	}
	_, err = f.ask200(ctx, f.replicaEndpoint)
	done(err)
	v.healthy, v.why = err == nil, word(err == nil)
	if err != nil {
		v.why += ": " + err.Error()
		f.albFailed.Store(v.at.UnixNano())
	}
	f.tellHealth(key, v.healthy, v.at)
	return v
}

// distrustReplicas is called when the load balancer failed a call.
func (f *fleet) distrustReplicas() {
	now := time.Now()
	if v := f.verdict.Load(); v != nil && !v.healthy {
		return
	}
	f.verdict.Store(&verdict{why: "unhealthy: a call failed", source: "a call", at: now})
	f.tellHealth(f.key("alb:health"), false, now)
}

// usable reports whether an instance that the registry calls unhealthy can be
// used all the same, as others or its own answer say.
func (f *fleet) usable(ctx context.Context, ep *endpoint) (usable bool, why string) {
	key := f.key("endpoint:health:" + ep.url.Host)
	if f.store != nil {
		if text, found, err := f.store.get(ctx, key); found && err == nil {
			if healthy, at, err := decodeHealth(text); err == nil && time.Since(at) < f.cfg.ReplicaHealthTTL {
				return healthy, "a check a moment ago found it " + word(healthy)
			}
		}
	}
	connected, err := f.ask200(ctx, ep)
	switch {
	case err == nil:
		usable, why = true, "it says that it is healthy"
	case connected && isTimeout(err):
		usable, why = true, "it is there and silent, so probably busy"
	default:
		why = "a check says: " + err.Error()
	}
	f.tellHealth(key, usable, time.Now())
	return usable, why
}

func (f *fleet) tellHealth(key string, healthy bool, at time.Time) {
	if f.store == nil || f.cfg.ReplicaHealthTTL < time.Second {
		return
	}
	f.background.later(func(ctx context.Context) {
		if err := f.store.set(ctx, key, encode(storedHealth{Healthy: healthy, Timestamp: toEpoch(at)}), f.cfg.ReplicaHealthTTL); err != nil {
			f.log.Debug("Redis did not take a verdict", "key", key, "error", err)
		}
	})
}

// ask200 asks a server for its health, without a key. connected tells whether
// somebody listens there.
func (f *fleet) ask200(ctx context.Context, ep *endpoint) (connected bool, err error) {
	began := time.Now()
	defer func() { f.tracked(ep, time.Since(began), err) }()
	within, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(within, http.MethodGet, ep.name, nil)
	if err != nil {
		return false, err
	}
	req.URL.Path = "/health"
	resp, err := f.probe.Do(req)
	if err != nil {
		unreached := isRefusedConnection(err)
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err
		}
		return !unreached, err
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // so that the connection can be used again
	if resp.StatusCode != http.StatusOK {
		return true, fmt.Errorf("status %d", resp.StatusCode)
	}
	return true, nil
}

// isRefusedConnection reports whether no connection came about.
func isRefusedConnection(err error) bool {
	dial, ok := errors.AsType[*net.OpError](err)
	return ok && dial.Op == "dial"
}

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded)
}

func word(healthy bool) string {
	if healthy {
		return "healthy"
	}
	return "unhealthy"
}
