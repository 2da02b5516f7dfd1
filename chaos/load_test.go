package chaos_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
)

// load is what the services do in a round.
type load struct {
	*world
	*recorder
	seed  uint64
	first int64 // of the ids of the round
}

// roles are the workers of each service.
var roles = []struct {
	name  string
	calls func(*worker)
}{
	{"writer-1", (*worker).write}, {"writer-2", (*worker).write}, {"pipeline", (*worker).writeShared},
	{"reader-1", (*worker).read}, {"reader-2", (*worker).read}, {"analyst", (*worker).readShared}, {"replica-reader", (*worker).readReplica},
	{"streamer", (*worker).stream}, {"loader", (*worker).ingest}, {"prober", (*worker).probe},
}

// run has all workers call until the context ends, and waits for their last calls.
func (l *load) run(ctx context.Context) {
	var working sync.WaitGroup
	for _, s := range l.services {
		for n, role := range roles {
			w := &worker{load: l, service: s, name: s.name + "/" + role.name, random: rand.New(rand.NewPCG(l.seed, uint64(s.n*100+n)))}
			working.Go(func() {
				for ctx.Err() == nil {
					role.calls(w)
					wait(ctx, time.Duration(w.random.Int64N(int64(*chaosPace))))
				}
			})
		}
	}
	working.Go(func() { l.sync(ctx) })
	working.Wait()
}

// wait returns after a time, or when the context ends.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// sync copies the shared master to its replicas now and then.
func (l *load) sync(ctx context.Context) {
	for ctx.Err() == nil {
		over := l.during(syncsOf, "copy to the replicas")
		if err := l.fleet.SyncReplicas(context.WithoutCancel(ctx)); err != nil {
			l.t.Error(err)
		}
		over()
		wait(ctx, 500*time.Millisecond)
	}
}

// worker makes one call after the other.
type worker struct {
	*load
	service *service
	name    string
	random  *rand.Rand
}

// call makes a call and writes it down. do returns what to add to the record; sent
// tells whether it came to asking a server.
func (w *worker) call(c call, do func(ctx context.Context, result *call) (sent bool, err error)) {
	patience := time.Second + time.Duration(w.random.Int64N(int64(2*time.Second)))
	c.by = w.name
	begun := w.begin(&c, patience)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	result := c
	sent, err := do(ctx, &result)
	result.verdict, result.kind = judge(err)
	if err != nil {
		result.err = err.Error()
		if !sent {
			result.verdict = refused
		}
	}
	w.end(begun, result)
}

// judge tells what an error says about the work.
func judge(err error) (verdict, kuzu.Kind) {
	e, ok := errors.AsType[*kuzu.Error](err)
	_, begun := errors.AsType[*waited](err)
	switch {
	case err == nil:
		return done, 0
	case !ok:
		return unknown, 0
	case begun:
		return unknown, e.Kind
	case len(e.Attempts) == 0 && e.Kind != kuzu.KindCircuitOpen && e.Kind != kuzu.KindRouting:
		return unknown, e.Kind
	}
	for _, a := range e.Attempts {
		if a.Sent && (a.Status < 400 || a.Status > 499) {
			return unknown, e.Kind
		}
	}
	return refused, e.Kind
}

// graph picks the graph of a user.
func (w *worker) graph() string { return w.graphs[w.random.IntN(len(w.graphs))] }

// next takes ids for data that is new.
func (w *worker) next(graph string, n int64) (first int64) {
	return w.first + w.sequence[graph].Add(n) - n
}

// window picks ids to look for: mostly the latest.
func (w *worker) window(graph string) (first, n int64) {
	next := w.first + w.sequence[graph].Load()
	n = 200
	if w.random.IntN(20) == 0 {
		n = 2000
	}
	first = max(w.first, next-n)
	return first, next - first
}

func (w *worker) keep() bool { return w.random.IntN(2) == 0 }

func (w *worker) write() { w.writeTo(w.graph()) }

func (w *worker) writeShared() { w.writeTo(shared) }

func (w *worker) writeTo(graph string) {
	w.call(call{what: aWrite, graph: graph, first: w.next(graph, 1), rows: 1}, func(ctx context.Context, c *call) (bool, error) {
		client, err := w.service.client(ctx, w.keep(), graph, factory.Write)
		if err != nil {
			return false, err
		}
		_, err = client.Query(ctx, writeOne, kuzu.Params{"id": c.first})
		return true, err
	})
}

func (w *worker) read() { w.readFrom(aRead, w.graph()) }

func (w *worker) readShared() { w.readFrom(aRead, shared, factory.FromMaster()) }

func (w *worker) readReplica() { w.readFrom(aReplicaRead, shared) }

func (w *worker) readFrom(what what, graph string, options ...factory.ClientOption) {
	first, n := w.window(graph)
	w.call(call{what: what, graph: graph, first: first, rows: n}, func(ctx context.Context, c *call) (bool, error) {
		client, err := w.service.client(ctx, w.keep(), graph, factory.Read, options...)
		if err != nil {
			return false, err
		}
		params := kuzu.Params{"from": first, "to": first + n}
		if w.random.IntN(2) == 0 {
			c.got, err = kuzu.QueryAs[int64](ctx, client, readSome, params)
			return true, err
		}
		for id, err := range kuzu.StreamAs[int64](ctx, client, readSome, params) {
			if err != nil {
				return true, err
			}
			c.got = append(c.got, id)
		}
		return true, nil
	})
}

// lengths of streams: about the size of a chunk, which has 1000 rows.
var lengths = []int64{0, 1, 999, 1000, 1001, 2000, 3000, 4500}

func (w *worker) stream() {
	graph, n := w.graph(), lengths[w.random.IntN(len(lengths))]
	w.call(call{what: aStream, graph: graph, first: 1, rows: n}, func(ctx context.Context, c *call) (bool, error) {
		client, err := w.service.client(ctx, w.keep(), graph, factory.Read)
		if err != nil {
			return false, err
		}
		type row struct{ I, Square int64 }
		for r, err := range kuzu.StreamAs[row](ctx, client, count, kuzu.Params{"n": n}) {
			if err != nil {
				return true, err
			}
			c.delivered++
			c.sum = addRow(c.sum, r.I, r.Square)
		}
		return true, nil
	})
}

func (w *worker) ingest() {
	graph, n := w.graph(), int64(1+w.random.IntN(20))
	first := w.next(graph, n)
	file := fileOf(first, n)
	path := filepath.Join(w.data, bucket, file)
	if err := os.WriteFile(path, fmt.Appendln(nil, first), 0o600); err != nil {
		w.t.Error(err)
		return
	}
	w.call(call{what: anIngest, graph: graph, first: first, rows: n}, func(ctx context.Context, _ *call) (bool, error) {
		client, err := w.service.client(ctx, w.keep(), graph, factory.Write)
		if err != nil {
			return false, err
		}
		request := kuzu.IngestRequest{Bucket: bucket, Files: []string{file}, Table: "Entry"}
		if w.random.IntN(2) == 0 {
			_, err := client.IngestSync(ctx, request)
			return true, err
		}
		task, err := client.Ingest(ctx, request)
		if err != nil {
			return true, err
		}
		if _, err = task.Wait(ctx); err != nil {
			// What became of the task is another question than that of the wait.
			return true, &waited{err}
		}
		return true, nil
	})
	wait(w.t.Context(), *chaosPace)
}

// waited is the error of a wait for a task that had begun.
type waited struct{ error }

func (w *waited) Unwrap() error { return w.error }

// probe asks one instance after the other for its health, so that each breaker
// hears of it.
func (w *worker) probe() {
	all := w.instances()
	i := all[w.random.IntN(len(all))]
	w.call(call{what: aProbe, graph: i.ID}, func(ctx context.Context, _ *call) (bool, error) {
		client, err := w.service.factory.Load().ClientForInstance(i.URL)
		if err != nil {
			return false, err
		}
		_, err = client.Health(ctx)
		return true, err
	})
}
