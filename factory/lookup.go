package factory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
	"github.com/robosystems/kuzuclient/transport"
)

const (
	// registryPatience is what a lookup may take.
	registryPatience = 5 * time.Second
	// staleGrace is how long a call waits for the registry when it has a location
	// that merely expired.
	staleGrace = 250 * time.Millisecond
)

// locate returns where a parent graph or the shared master is, from the nearest
// cache that knows. The error is an [*transport.Error].
func (f *fleet) locate(ctx context.Context, id string) (*location, error) {
	known, _ := f.local.GetIfPresent(id)
	if known.serves(clock()) {
		f.metrics.cached(ctx, processHit)
		return known.result()
	}
	f.metrics.cached(ctx, processMiss)
	return f.ask(ctx, id, known)
}

func (l *location) result() (*location, error) {
	if l.err != nil {
		e := *l.err // callers complete it
		return nil, &e
	}
	return l, nil
}

// ask looks further than the process. All that ask for one graph at a time share
// one flight, which lasts even if the caller that began it gives up.
func (f *fleet) ask(ctx context.Context, id string, known *location) (*location, error) {
	if known != nil && known.err != nil {
		known = nil
	}
	flight := f.flights.DoChan(id, func() (any, error) {
		// A flight may have landed since this caller looked.
		if landed, _ := f.local.GetIfPresent(id); landed.after(known) && landed.serves(clock()) {
			return landed, nil
		}
		within, cancel := context.WithTimeout(f.ctx, registryPatience)
		defer cancel()
		began := clock()
		found, err := f.discover(within, id, known, nil)
		f.looked(within, found, err, age(began))
		if err != nil {
			return nil, err
		}
		f.local.Set(id, found)
		return found, nil
	})
	var late <-chan time.Time
	if known != nil && !known.doubtful(clock()) {
		timer := time.NewTimer(staleGrace)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case r := <-flight:
		if r.Err != nil {
			e, _ := errors.AsType[*transport.Error](r.Err)
			found := location{err: e}
			return found.result()
		}
		return r.Val.(*location).result()
	case <-late:
		f.keepStale(ctx, id, known)
		return known, nil
	case <-ctx.Done():
		return nil, transport.SendError(ctx, ctx.Err())
	}
}

// keepStale lets the next calls use what was known, so that not each of them
// waits for a registry that is slow.
func (f *fleet) keepStale(ctx context.Context, id string, known *location) {
	f.local.ComputeIfPresent(id, keepIf(known, func(l *location) {
		l.stale, l.expires = true, clock()+int64(staleTTL)
		f.counts.stale.Add(1) // by the first that is late
		f.metrics.lastKnown.Record(ctx, age(l.read).Seconds())
	}))
}

// discover asks Redis, unless what it would say is in doubt, and then the
// registry. An error means that nobody could tell; that there is no such graph is
// a location without an endpoint.
func (f *fleet) discover(ctx context.Context, id string, known *location, d *Decision) (*location, error) {
	doubtful := known != nil && known.doubtful(clock())
	if found := f.fromRedis(ctx, id, doubtful, d); found != nil {
		return found, nil
	}
	began := time.Now()
	found, err := f.fromRegistry(ctx, id, doubtful, d)
	if err == nil {
		if doubtful {
			found.settled = found.read
		}
		if d == nil {
			f.remember(id, found)
		}
		return found, nil
	}
	e, ok := errors.AsType[*transport.Error](err)
	if !ok {
		e = &transport.Error{Kind: transport.KindUnavailable, Message: "registry", Err: err}
	}
	d.step("registry", e.Error(), 0, began)
	if d == nil {
		f.metrics.registryFailed(ctx, e)
	}
	if known == nil {
		return nil, e
	}
	f.log.Warn("the registry does not answer; the last known location serves", "graph", id, "endpoint", known.ep.url.String(),
		"age", age(known.read), "error", e)
	d.step("last known", known.ep.url.String(), age(known.read), time.Now())
	now := clock()
	return known.with(func(l *location) {
		l.stale, l.settled, l.expires = true, now, now+int64(jittered(staleTTL))
	}), nil
}

// fromRegistry asks the registry through its breaker.
func (f *fleet) fromRegistry(ctx context.Context, id string, consistent bool, d *Decision) (found *location, err error) {
	breaker := f.reads
	if id == masterKey {
		breaker = f.masters
	}
	done, err := breaker.Acquire(ctx)
	if err != nil {
		e := &transport.Error{Kind: transport.KindCircuitOpen, Message: "the registry has failed repeatedly and is not asked for now", Err: err}
		if refused, ok := errors.AsType[*resilience.RefusedError](err); ok {
			e.RetryAfter = refused.RetryAfter
		}
		return nil, e
	}
	began := time.Now()
	defer func() {
		done(err)
		f.tracker.Record(registryService, time.Since(began), err)
	}()
	if id == masterKey {
		if found, err = f.findMaster(ctx, d); err != nil || found.ep == nil {
			f.masterFailed.Store(time.Now().UnixNano())
		}
		return found, err
	}
	return f.findGraph(ctx, id, consistent, d)
}

// findGraph reads a graph's record and that of its instance, which has the last
// word on address and status.
func (f *fleet) findGraph(ctx context.Context, id string, consistent bool, d *Decision) (*location, error) {
	began := time.Now()
	g, err := f.registry.graph(ctx, id, consistent)
	switch {
	case err != nil:
		return nil, err
	case g == nil:
		d.step("graph registry", "no record", 0, began)
		return f.nowhere(transport.KindRouting, "graph %s is not in the registry %s; create it, or check ENVIRONMENT", id, f.registry.graphs), nil
	}
	d.step("graph registry", fmt.Sprintf("instance %s, status %s", orNone(g.instance), orNone(g.status)), 0, began)
	switch {
	case g.status == statusDeleted:
		return f.nowhere(transport.KindRouting, "graph %s was deleted at %s", id, orNone(g.deletedAt)), nil
	case g.instance == "":
		f.log.Warn("a graph's record names no instance", "table", f.registry.graphs, "graph", id)
		return f.nowhere(transport.KindRouting, "the record of graph %s in %s names no instance", id, f.registry.graphs), nil
	}
	began = time.Now()
	i, err := f.registry.instance(ctx, g.instance, consistent)
	switch {
	case err != nil:
		return nil, err
	case i == nil:
		d.step("instance registry", "no record of "+g.instance, 0, began)
		return f.nowhere(transport.KindUnavailable, "instance %s of graph %s is not in the registry %s; it was terminated, and the graph has not moved yet",
			g.instance, id, f.registry.instances), nil
	}
	d.step("instance registry", i.String(), 0, began)
	if i.privateIP == "" && i.endpointURL == "" {
		i.privateIP = g.privateIP
	}
	found := f.instanceLocation(ctx, i, d)
	if found.ep != nil && g.status != statusActive && g.status != "" {
		found.expires = min(found.expires, clock()+int64(transientTTL))
	}
	return found, nil
}

// instanceLocation decides whether an instance can be used.
func (f *fleet) instanceLocation(ctx context.Context, i *instanceRecord, d *Decision) *location {
	if i.status == statusTerminating || i.status == statusTerminated {
		return f.nowhere(transport.KindUnavailable, "instance %s is %s", i.id, i.status)
	}
	u, warning, err := addressOf(i.endpointURL, i.privateIP, f.cfg.AllowPublicAddresses)
	if err != nil {
		f.log.Warn("an instance's address cannot be used", "table", f.registry.instances, "instance", i.id, "error", err)
		return f.nowhere(transport.KindRouting, "the record of instance %s in %s has no address to use: %v", i.id, f.registry.instances, err)
	}
	if warning != "" {
		f.log.Warn("an instance's address cannot be used", "table", f.registry.instances, "instance", i.id, "error", warning)
		d.step("instance registry", "warning: "+warning, 0, time.Now())
	}
	now := clock()
	found := &location{
		ep: f.endpoints.get(u), instance: i.id, source: "registry",
		read: now, expires: now + int64(jittered(f.cfg.CacheTTL)),
	}
	if i.status == statusHealthy || i.status == "" {
		return found
	}
	began := time.Now()
	if f.ingesting(ctx, i.id) {
		d.step("ingestion flag", "instance "+i.id+" is loading data, which is why it is "+i.status, 0, began)
		found.busy, found.expires = true, min(found.expires, now+int64(ingestionTTL))
		return found
	}
	if !f.cfg.HealthChecks {
		return found
	}
	usable, why := f.usable(ctx, found.ep)
	d.step("health check", fmt.Sprintf("the registry says %s; %s", i.status, why), 0, began)
	if !usable {
		return f.nowhere(transport.KindUnavailable, "instance %s is %s, and %s", i.id, i.status, why)
	}
	found.expires = min(found.expires, now+int64(jittered(f.cfg.ReplicaHealthTTL)))
	return found
}

// nowhere is a location without an endpoint, kept for a few seconds.
func (f *fleet) nowhere(kind transport.Kind, format string, args ...any) *location {
	now := clock()
	return &location{
		source: "registry", err: transport.Errorf(kind, format, args...),
		read: now, expires: now + int64(jittered(negativeTTL)),
	}
}
