package chaos_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

// round is a time of faults and the time after it.
type round struct {
	seed   uint64
	plan   []planned
	within time.Duration // all faults are over by then
	grace  time.Duration // how long after a fault errors may be put down to it
	calm   time.Duration // after that, in which all has to be well
}

// run runs a round and returns what happened.
func (w *world) run(r round, number int) history {
	w.t.Helper()
	l := &load{world: w, recorder: newRecorder(), seed: r.seed, first: int64(number+1) * 1_000_000_000}
	for _, s := range w.sequence {
		s.Store(0)
	}
	ctx, stop := context.WithCancel(w.t.Context())
	defer stop()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		l.run(ctx)
	}()
	watched, unwatch := context.WithCancel(ctx)
	go l.watchMachine(watched)
	l.inflict(ctx, r)
	wait(ctx, r.grace+r.calm)
	stop()
	select {
	case <-ended:
	case <-time.After(time.Minute): // the checker tells which calls are stranded
	}
	unwatch()
	h := l.snapshot()
	h.applied = w.applied(l.first)
	for _, e := range w.engines {
		e.forget(l.first + 1_000_000_000)
	}
	files, _ := filepath.Glob(filepath.Join(w.data, bucket, "*"))
	for _, file := range files {
		_ = os.Remove(file)
	}
	return h
}

// inflict has the planned faults happen, one step after the other.
func (l *load) inflict(ctx context.Context, r round) {
	overs, ends := make([]func(), len(r.plan)), make([]func(), len(r.plan))
	for _, s := range steps(r.plan) {
		wait(ctx, s.at-l.now())
		if s.ends {
			if ends[s.index] != nil {
				ends[s.index]()
			}
			overs[s.index]()
			continue
		}
		over := l.during(faultsOf, s.name)
		at, end := s.begin(l.world, s.target, s.detail)
		l.name(s.name, at)
		overs[s.index], ends[s.index] = over, end
	}
	wait(ctx, r.within-l.now())
}

// name completes the name of the fault that began last.
func (l *load) name(name, at string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults[len(l.faults)-1].name = strings.TrimSpace(name + " " + at)
}

// watchMachine writes down when the machine was late.
func (l *load) watchMachine(ctx context.Context) {
	const tick, worth = 20 * time.Millisecond, 20 * time.Millisecond
	for last := time.Now(); ctx.Err() == nil; last = time.Now() {
		wait(ctx, tick)
		if by := time.Since(last) - tick; by > worth {
			l.stalled(by)
		}
	}
}

// unsettled lists the breakers of all services that are not closed again. That of
// the registry or Redis may wait for a call to try, as few need one; and it may
// have opened just now, as Redis has 50 ms, which this machine may not have.
func (w *world) unsettled() (open []string) {
	var servers []string
	for _, i := range w.instances() {
		servers = append(servers, i.URL)
	}
	servers = append(servers, w.fleet.Env()["KUZU_REPLICA_ALB_URL"])
	for _, s := range w.services {
		for _, status := range s.factory.Load().Tracker().All() {
			server := slices.Contains(servers, status.Name)
			if !server && strings.Contains(status.Name, "://") {
				continue // an address that nonsense in Redis has led to
			}
			for _, b := range status.Breakers {
				if server && b.State != resilience.StateClosed || b.State == resilience.StateOpen && time.Since(b.Since) > grace {
					open = append(open, fmt.Sprintf("service %s: breaker %s of %s is %v; its transitions: %v; the last error: %s",
						s.name, b.Name, status.Name, b.State, b.History, status.LastError))
				}
			}
		}
	}
	return open
}

// resources are what a process may leak.
type resources struct{ goroutines, files int }

// held counts them; files is 0 where the system does not tell.
func held() resources {
	if l, err := net.Listen("tcp", "127.0.0.1:0"); err == nil { // the first one takes files that stay
		l.Close()
	}
	list, _ := os.ReadDir("/proc/self/fd")
	return resources{runtime.NumGoroutine(), len(list)}
}

// released waits until no more is held than before.
func released(t *testing.T, before resources) {
	t.Helper()
	for until := time.Now().Add(30 * time.Second); ; wait(context.Background(), 20*time.Millisecond) {
		now := held()
		if now.goroutines <= before.goroutines && now.files <= before.files {
			return
		}
		if time.Now().After(until) {
			stacks := make([]byte, 1<<20)
			t.Errorf("leaked: %+v before, %+v after\n%s", before, now, stacks[:runtime.Stack(stacks, true)])
			return
		}
	}
}
