package chaos_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/robosystems/kuzuclient/internal/monotonic"
	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/fleet"
)

// fault is something that goes wrong, or merely changes.
type fault struct {
	name    string
	lasting bool // it has an end
	// on is what it happens to; two faults at one thing do not overlap.
	on string
	// begin makes it happen, and returns what it happened to, for people, and what
	// ends it, nil for a moment's.
	begin func(w *world, target, detail int) (at string, end func())
}

// thing is what the fault happens to, of those that it may happen to.
func (f *fault) thing(target int) string {
	if n := variety[f.on]; n > 0 {
		return fmt.Sprint(f.on, target%n)
	}
	return f.on
}

// variety is how many there are of what faults happen to; 1 of all else.
var variety = map[string]int{"instance": 8, "wire": 8, "quirks": 8, "status": 8, "service": 3}

var faults = []fault{
	{name: "instance killed", lasting: true, on: "instance", begin: func(w *world, target, _ int) (string, func()) {
		i := w.instance(target)
		i.Kill()
		return i.ID, func() { w.restart(i) }
	}},
	{name: "instance frozen", lasting: true, on: "instance", begin: func(w *world, target, _ int) (string, func()) {
		i := w.instance(target)
		i.Freeze()
		return i.ID, func() { w.restart(i) }
	}},
	{name: "instance restarted", on: "instance", begin: func(w *world, target, _ int) (string, func()) {
		i := w.instance(target)
		i.Kill()
		w.restart(i)
		return i.ID, nil
	}},
	{name: "instance killed, its graphs moved", lasting: true, on: "instance", begin: func(w *world, target, detail int) (string, func()) {
		i := w.standard(target)
		i.Kill()
		moved := w.evacuate(i, detail)
		return i.ID + moved, func() { w.restart(i) }
	}},
	{name: "instance frozen, its graphs moved", lasting: true, on: "instance", begin: func(w *world, target, detail int) (string, func()) {
		i := w.standard(target)
		i.Freeze()
		moved := w.evacuate(i, detail)
		return i.ID + moved, func() { w.restart(i) }
	}},
	{name: "graph moved", on: "graph", begin: func(w *world, target, detail int) (string, func()) {
		return w.move(w.graphs[target%4], detail), nil
	}},
	{name: "graph moved", on: "graph", begin: func(w *world, target, detail int) (string, func()) { // it often does
		return w.move(w.graphs[target%4], detail), nil
	}},
	{name: "connections reset", lasting: true, on: "wire", begin: spoil(fleet.Wire{Kind: fleet.WireReset, Share: 0.3})},
	{name: "answers truncated", lasting: true, on: "wire", begin: spoil(fleet.Wire{Kind: fleet.WireTruncate, Share: 0.3})},
	{name: "connections silent", lasting: true, on: "wire", begin: spoil(fleet.Wire{Kind: fleet.WireBlackhole, Share: 0.2})},
	{name: "answers late", lasting: true, on: "wire", begin: spoil(fleet.Wire{Kind: fleet.WireDelay, Share: 0.5, Delay: 150 * time.Millisecond})},
	{name: "deployed server's quirks", lasting: true, on: "quirks", begin: func(w *world, target, _ int) (string, func()) {
		i := w.instance(target)
		w.must(i.Server.SetQuirks(mockserver.QuirkNoLastChunk | mockserver.QuirkSilentFailure | mockserver.QuirkFreeze | mockserver.QuirkRunOn))
		return i.ID, func() { w.must(i.Server.SetQuirks(0)) }
	}},
	{name: "load balancer answers 502", lasting: true, on: "balancer", begin: func(w *world, _, _ int) (string, func()) {
		w.fleet.FailBalancer()
		return "", w.fleet.RestoreBalancer
	}},
	{name: "all replicas killed", lasting: true, on: "replicas", begin: func(w *world, _, _ int) (string, func()) {
		w.fleet.KillReplicas()
		return "", func() {
			for _, i := range w.fleet.Replicas() {
				w.restart(i)
			}
		}
	}},
	{name: "Redis gone", lasting: true, on: "redis", begin: func(w *world, _, _ int) (string, func()) {
		w.fleet.StopRedis()
		return "", w.startRedis
	}},
	{name: "Redis slow", lasting: true, on: "redis", begin: func(w *world, _, detail int) (string, func()) {
		w.fleet.SlowRedis(time.Duration(10+detail%1000) * time.Millisecond)
		return "", w.startRedis
	}},
	{name: "Redis filled with garbage", on: "redis", begin: func(w *world, _, detail int) (string, func()) {
		w.litter(detail)
		return "", nil
	}},
	{name: "registry throttles", lasting: true, on: "registry", begin: func(w *world, _, _ int) (string, func()) {
		w.fleet.ThrottleRegistry()
		return "", w.fleet.RestoreRegistry
	}},
	{name: "registry fails", lasting: true, on: "registry", begin: func(w *world, _, _ int) (string, func()) {
		w.fleet.FailRegistry()
		return "", w.fleet.RestoreRegistry
	}},
	{name: "registry slow", lasting: true, on: "registry", begin: func(w *world, _, detail int) (string, func()) {
		w.fleet.SlowRegistry(time.Duration(100+detail%5000) * time.Millisecond)
		return "", w.fleet.RestoreRegistry
	}},
	{name: "registry gone", lasting: true, on: "registry", begin: func(w *world, _, _ int) (string, func()) {
		w.fleet.StopRegistry()
		return "", func() { w.persist(w.fleet.StartRegistry) }
	}},
	{name: "instance called unhealthy", lasting: true, on: "status", begin: func(w *world, target, _ int) (string, func()) {
		i := w.instance(target)
		w.must(w.fleet.SetStatus(i.ID, "unhealthy"))
		return i.ID, func() { w.must(w.fleet.SetStatus(i.ID, "healthy")) }
	}},
	{name: "clocks jump", on: "clocks", begin: func(w *world, target, detail int) (string, func()) {
		ahead, registry := time.Duration(1+detail%90)*time.Minute, time.Duration(target%7200-3600)*time.Second
		monotonic.Jump(ahead)
		w.fleet.AgeRedis(ahead)
		w.fleet.AgeRegistry(registry)
		return fmt.Sprintf("those of the caches by %v, ages in the registry by %v", ahead, registry), nil
	}},
	{name: "key rotated", lasting: true, on: "key", begin: func(w *world, _, _ int) (string, func()) {
		w.keys++
		key := fmt.Sprintf("kuzu_chaos_%d", w.keys)
		w.writeKey(key)
		w.must(w.fleet.RotateKey(key))
		// Whoever sent the old key too often meanwhile is forgiven before the
		// five minutes are over that this takes of a server.
		return "", func() { w.must(w.fleet.RotateKey(key)) }
	}},
	{name: "certificates renewed", on: "certificates", begin: func(w *world, _, _ int) (string, func()) {
		for instance := range w.identities {
			w.certify(instance, w.trusted)
		}
		return "", nil
	}},
	{name: "certificate that nobody trusts", lasting: true, on: "instance", begin: func(w *world, target, _ int) (string, func()) {
		i := w.secure(target)
		w.certify(i.ID, w.rogue)
		i.Kill() // connections that stand know nothing of certificates
		w.restart(i)
		return i.ID, func() { w.certify(i.ID, w.trusted) }
	}},
	{name: "service restarted", on: "service", begin: func(w *world, target, _ int) (string, func()) {
		s := w.services[target%len(w.services)]
		s.restart()
		return s.name, nil
	}},
}

func spoil(as fleet.Wire) func(*world, int, int) (string, func()) {
	return func(w *world, target, detail int) (string, func()) {
		i := w.instance(target)
		as := as
		as.Seed = uint64(detail)
		w.must(i.Spoil(as))
		return i.ID, func() { w.must(i.Spoil(fleet.Wire{})) }
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Error(err)
	}
}

func (w *world) instance(n int) *fleet.Instance {
	all := w.instances()
	return all[n%len(all)]
}

// standard picks one of the instances between which graphs move. Of all instances
// they come first, so that a target means the same one for both, if it is one.
func (w *world) standard(n int) *fleet.Instance {
	standard := w.fleet.Writers("standard")
	return standard[n%variety["instance"]%len(standard)]
}

// secure picks an instance that speaks TLS, the same as instance if that does.
func (w *world) secure(n int) *fleet.Instance {
	all := w.instances()
	for ; ; n++ {
		if i := all[n%len(all)]; w.identities[i.ID] != nil {
			return i
		}
	}
}

// restart begins an instance again.
func (w *world) restart(i *fleet.Instance) { w.persist(i.Restart) }

func (w *world) startRedis() { w.persist(func(context.Context) error { return w.fleet.StartRedis() }) }

// persist tries until it succeeds: a connection of the machine may have been given
// the port meanwhile, and will be gone in a moment.
func (w *world) persist(begin func(context.Context) error) {
	w.t.Helper()
	ctx := context.WithoutCancel(w.t.Context())
	for until := time.Now().Add(30 * time.Second); ; wait(ctx, 50*time.Millisecond) {
		err := begin(ctx)
		if err == nil {
			return
		}
		if time.Now().After(until) {
			w.t.Error(err)
			return
		}
	}
}

// move brings a graph to another of the standard writers.
func (w *world) move(graph string, detail int) string {
	w.t.Helper()
	from := w.home(graph)
	standard := w.fleet.Writers("standard")
	to := standard[detail%len(standard)]
	if to == from {
		to = standard[(detail+1)%len(standard)]
	}
	w.engines[from.ID].detach(graph)
	w.must(w.fleet.Move(context.WithoutCancel(w.t.Context()), graph, to.ID))
	return fmt.Sprintf("%s from %s to %s", graph, from.ID, to.ID)
}

// evacuate moves all graphs of an instance.
func (w *world) evacuate(i *fleet.Instance, detail int) (moved string) {
	for _, graph := range w.graphs {
		if w.home(graph) == i {
			moved += ", " + w.move(graph, detail)
		}
	}
	return moved
}

// litter writes nonsense under all keys in Redis, and some that looks like sense.
func (w *world) litter(detail int) {
	w.t.Helper()
	now := float64(time.Now().UnixMicro()) / 1e6
	location := func(instance, url string, at float64) string {
		return fmt.Sprintf(`{"location": {"instance_id": %q, "private_ip": "127.0.0.1", "endpoint_url": %q}, "timestamp": %f}`, instance, url, at)
	}
	other := w.instance(detail)
	texts := []string{
		"", "{", "null", "[]", `{"location": 7}`, "\x00\xff\x80\x01", strings.Repeat("x", 200_000),
		location("i-gone", "http://127.0.0.1:1", now), location(other.ID, other.URL, now), location(other.ID, other.URL, now-1e6),
		location(other.ID, other.URL, now+1e6), location("", "ftp://example", now), `{"healthy": false, "timestamp": 1e300}`,
		fmt.Sprintf(`{"healthy": false, "timestamp": %f}`, now), "http://127.0.0.1:1",
	}
	keys := []string{"kuzu:test:alb:health", "kuzu:test:shared_master:url"}
	for _, graph := range w.graphs {
		keys = append(keys, "kuzu:test:location:"+graph)
	}
	for n, key := range keys {
		w.must(w.fleet.SetRedisKey(key, texts[(detail+n)%len(texts)]))
	}
}
