package factory

import (
	"context"
	"errors"
	"time"

	"github.com/robosystems/kuzuclient/transport"
)

// resolver knows the way for the calls of one client.
type resolver struct {
	factory    *Factory
	fleet      *fleet
	graph      graph
	op         Op
	fromMaster bool
	pinned     *endpoint // the instance that the caller named, nil for none
}

// Resolve implements [transport.Resolver].
func (r *resolver) Resolve(ctx context.Context, call transport.Call, tried []transport.Endpoint) (transport.Endpoint, error) {
	if r.factory.closed.Load() {
		return transport.Endpoint{}, errClosed()
	}
	if r.pinned != nil {
		r.fleet.metrics.routed(ctx, TargetInstance, routeOK)
		return transport.Endpoint{URL: r.pinned.url, Direct: true}, nil
	}
	g, err := r.graphOf(call)
	if err != nil {
		return transport.Endpoint{}, err
	}
	op := r.op
	if call.Write {
		op = Write // whatever the client is for: a replica would take it and lose it
	}
	endpoint, target, err := r.fleet.route(ctx, g, op, r.fromMaster, tried, nil)
	r.fleet.metrics.routed(ctx, target, r.outcome(endpoint, target, op, tried, err))
	if err != nil {
		if e, ok := errors.AsType[*transport.Error](err); ok {
			e.Operation, e.Graph = call.Operation, g.id
		}
		return endpoint, err
	}
	return endpoint, nil
}

// outcome is what the choice of an endpoint came to, for metrics.
func (r *resolver) outcome(endpoint transport.Endpoint, target Target, op Op, tried []transport.Endpoint, err error) routeOutcome {
	switch {
	case err != nil:
		return routeFailed
	case len(tried) > 0 && tried[len(tried)-1].URL != endpoint.URL:
		return routeElsewhere
	case len(tried) > 0:
		return routeAgain
	case target == TargetSharedMaster && op == Read && !r.fromMaster && r.fleet.cfg.ReplicaReads && r.fleet.replicaEndpoint != nil:
		return routeFallback
	}
	return routeOK
}

// graphOf returns the graph of a call: the client's, unless the call names
// another one.
func (r *resolver) graphOf(call transport.Call) (graph, error) {
	if call.Graph == "" || call.Graph == r.graph.id {
		return r.graph, nil
	}
	return parseGraph(call.Graph, r.factory.shared)
}

// Report implements [transport.Resolver].
func (r *resolver) Report(call transport.Call, endpoint transport.Endpoint, outcome transport.Outcome, took time.Duration) {
	ep := r.fleet.endpoints.of(endpoint.URL)
	if ep == nil {
		return
	}
	ep.report(outcome)
	r.fleet.track(ep, outcome, took)
	if outcome != transport.OutcomeDead && outcome != transport.OutcomeMisplaced && outcome != transport.OutcomeSlow || r.pinned != nil {
		return
	}
	if ep == r.fleet.replicaEndpoint {
		if outcome == transport.OutcomeDead {
			r.fleet.distrustReplicas()
		}
		return
	}
	g, err := r.graphOf(call)
	if err != nil {
		return
	}
	id := g.parent
	if g.shared {
		id = masterKey
	}
	r.fleet.doubt(id, ep, outcome)
}

func errClosed() *transport.Error {
	return transport.Errorf(transport.KindCanceled, "the factory is closed; make a new one")
}
