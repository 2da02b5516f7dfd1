package factory

import (
	"context"
	"slices"
	"time"

	"github.com/robosystems/kuzuclient/transport"
)

// Op is what a client is for.
type Op uint8

// The operations.
const (
	Read  Op = iota + 1 // any server that holds the graph will do
	Write               // only one that takes writes
)

// String returns read or write.
func (o Op) String() string {
	switch o {
	case Read:
		return "read"
	case Write:
		return "write"
	}
	return "unknown operation"
}

// route names the endpoint of an attempt. Shared repositories are written on the
// shared master and read from the replicas, else from the master; graphs of users
// are where the registry says, and subgraphs are with their parents. d, which may
// be nil, records the way.
func (f *fleet) route(ctx context.Context, g graph, op Op, fromMaster bool, tried []transport.Endpoint, d *Decision) (transport.Endpoint, Target, error) {
	if f.development {
		d.step("environment", "in development everything goes to KUZU_API_URL", 0, d.begin())
		return transport.Endpoint{URL: f.only.url, Direct: true}, TargetDevelopment, nil
	}
	if !g.shared {
		endpoint, err := f.toInstance(ctx, g.parent, tried, d)
		return endpoint, TargetUserGraph, err
	}
	if op == Write {
		endpoint, err := f.toInstance(ctx, masterKey, tried, d)
		return endpoint, TargetSharedMaster, err
	}
	return f.readShared(ctx, g, fromMaster, tried, d)
}

// readShared prefers the replicas and falls back to the master. An attempt that
// failed at one of them is followed by one at the other.
func (f *fleet) readShared(ctx context.Context, g graph, fromMaster bool, tried []transport.Endpoint, d *Decision) (transport.Endpoint, Target, error) {
	why := ""
	replicas := f.replicaEndpoint
	began := d.begin()
	switch {
	case fromMaster:
		why = "the caller asks for the master"
	case !f.cfg.ReplicaReads && f.cfg.ReplicaURL != "":
		why = "KUZU_REPLICA_ALB_URL is set, but SHARED_REPLICA_ALB_ENABLED is false"
	case !f.cfg.ReplicaReads:
		why = "SHARED_REPLICA_ALB_ENABLED is false"
	case replicas == nil:
		why = "KUZU_REPLICA_ALB_URL is empty"
	case f.cfg.MasterReads && len(tried) > 0 && tried[len(tried)-1].URL == replicas.url:
		why = "the attempt before this one failed there"
	case !f.replicasHealthy(ctx, d):
		why = "their load balancer is unhealthy"
	}
	if why == "" {
		d.step("routing", "the replicas", 0, began)
		return transport.Endpoint{URL: replicas.url, ReadOnly: true}, TargetReplicas, nil
	}
	if d != nil {
		d.step("routing", "not the replicas: "+why, 0, began)
	}
	if !f.cfg.MasterReads {
		e := transport.Errorf(transport.KindUnavailable, "shared repository %s cannot be read: %s, and ALLOW_SHARED_MASTER_READS is false", g.id, why)
		if fromMaster {
			e = transport.Errorf(transport.KindRouting, "shared repository %s cannot be read from the master: ALLOW_SHARED_MASTER_READS is false", g.id)
		}
		return transport.Endpoint{}, TargetSharedMaster, e
	}
	endpoint, err := f.toInstance(ctx, masterKey, tried, d)
	if err != nil && len(tried) > 0 && replicas != nil && !fromMaster {
		return tried[len(tried)-1], TargetReplicas, nil // they failed, but they are all there is
	}
	return endpoint, TargetSharedMaster, err
}

// toInstance names the instance that has a graph. One that failed the attempt
// before is asked for anew.
func (f *fleet) toInstance(ctx context.Context, id string, tried []transport.Endpoint, d *Decision) (transport.Endpoint, error) {
	l, err := f.locateFor(ctx, id, tried, d)
	if err != nil {
		return transport.Endpoint{}, err
	}
	if d != nil {
		d.Instance, d.Busy, d.Stale = l.instance, l.busy, l.stale
		d.Age = age(l.read)
	}
	return l.endpoint(), nil
}

func (f *fleet) locateFor(ctx context.Context, id string, tried []transport.Endpoint, d *Decision) (*location, error) {
	if d != nil {
		return f.explainLocation(ctx, id, d)
	}
	l, err := f.locate(ctx, id)
	if err != nil || len(tried) == 0 || !slices.ContainsFunc(tried, func(e transport.Endpoint) bool { return e.URL == l.ep.url }) {
		return l, err
	}
	if l.settledLately(clock()) {
		return l, nil
	}
	return f.ask(ctx, id, l.with(func(l *location) { l.suspect = true }))
}

// explainLocation does what locate does, alone and keeping nothing.
func (f *fleet) explainLocation(ctx context.Context, id string, d *Decision) (*location, error) {
	began := time.Now()
	known, _ := f.local.GetIfPresent(id)
	switch now := clock(); {
	case known == nil:
		d.step("process", "nothing", 0, began)
	case known.err != nil:
		d.step("process", known.err.Message, age(known.read), began)
	default:
		state := "fresh"
		switch {
		case known.doubtful(now):
			state = "in doubt"
		case now >= known.expires:
			state = "expired"
		}
		d.step("process", known.ep.url.String()+", "+state+", from "+known.source, age(known.read), began)
	}
	if known.serves(clock()) {
		if f.store != nil {
			f.fromRedis(ctx, id, false, d)
		}
		return known.result()
	}
	if known != nil && known.err != nil {
		known = nil
	}
	l, err := f.discover(ctx, id, known, d)
	if err != nil {
		return nil, err
	}
	return l.result()
}
