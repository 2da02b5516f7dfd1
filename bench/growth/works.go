package main

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/robosystems/kuzuclient/bench/answers"
	"github.com/robosystems/kuzuclient/bench/table"
	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
)

// What the servers have.
const (
	instances = 100
	graphs    = 4000
)

const (
	callsPerCaller   = 20
	callsPerInstance = 50
	atOnce           = 10 // callers, where their number is not what grows
)

func works(ctx context.Context, cfg factory.Config, f *factory.Factory) []work {
	return []work{
		{name: "rows of a stream", sizes: []int{10_000, 100_000, 1_000_000},
			do:   func(n int) (float64, error) { return timed(func() error { return stream(ctx, f, n, nil) }) },
			live: func(n int) (float64, error) { return liveHeap(ctx, f, n) }},
		{name: "callers", sizes: []int{10, 100, 1000}, do: func(n int) (float64, error) {
			return timed(func() error {
				return calls(n, n*callsPerCaller, func(int) error { return query(ctx, f, 0) })
			})
		}},
		{name: "graphs, each found and asked once", sizes: []int{40, 400, 4000}, do: func(n int) (float64, error) {
			return fresh(ctx, cfg, func(f *factory.Factory) error {
				return calls(atOnce, n, func(i int) error { return query(ctx, f, i) })
			})
		}},
		{name: "instances", sizes: []int{10, 100}, do: func(n int) (float64, error) {
			return fresh(ctx, cfg, func(f *factory.Factory) error {
				return calls(atOnce, n*callsPerInstance, func(i int) error { return query(ctx, f, i%n) })
			})
		}},
	}
}

func timed(do func() error) (float64, error) {
	runtime.GC() // what was before is not its garbage
	began := time.Now()
	err := do()
	return time.Since(began).Seconds(), err
}

// fresh does something with a factory that knows nothing yet in its process.
func fresh(ctx context.Context, cfg factory.Config, do func(*factory.Factory) error) (float64, error) {
	f, err := factory.New(ctx, cfg)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return timed(func() error { return do(f) })
}

// calls makes so many calls, numbered from 0, by several callers.
func calls(callers, n int, call func(i int) error) error {
	next := make(chan int, n)
	for i := range n {
		next <- i
	}
	_, err := table.Calls(callers, n, func() error { return call(<-next) })
	return err
}

// query asks a graph for ten rows.
func query(ctx context.Context, f *factory.Factory, graph int) error {
	c, err := f.Client(ctx, answers.Graph(graph), factory.Read)
	if err != nil {
		return err
	}
	rows, err := kuzu.QueryAs[answers.Person](ctx, c, answers.Statement(10), kuzu.Params{"country": answers.Country})
	return complete(len(rows), 10, err)
}

// stream reads n rows and calls tenth after each tenth of them.
func stream(ctx context.Context, f *factory.Factory, n int, tenth func()) error {
	c, err := f.Client(ctx, answers.Graph(0), factory.Read)
	if err != nil {
		return err
	}
	rows := 0
	for _, err := range kuzu.StreamAs[answers.Person](ctx, c, answers.Statement(n), kuzu.Params{"country": answers.Country}) {
		if err != nil {
			return err
		}
		if rows++; tenth != nil && rows%(n/10) == 0 {
			tenth()
		}
	}
	return complete(rows, n, nil)
}

func complete(rows, want int, err error) error {
	if err == nil && rows != want {
		err = fmt.Errorf("%d rows instead of %d", rows, want)
	}
	return err
}

// liveHeap is the most that was live in ten moments of a stream.
func liveHeap(ctx context.Context, f *factory.Factory, n int) (float64, error) {
	var most uint64
	err := stream(ctx, f, n, func() {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapAlloc)
	})
	return float64(most) / (1 << 20), err
}
