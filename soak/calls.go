package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
)

// kind is a way in which a call goes.
type kind struct {
	name   string
	weight int // out of all
	ends   []error
	call   func(context.Context, *caller) error
}

// kinds are all ways. A call that ends well gave the right answer; one that fails
// may fail with one of ends, or with that its instance has just been killed.
var kinds = [...]kind{
	{"query", 64, nil, func(ctx context.Context, c *caller) error { return c.query(ctx, c.graph()) }},
	{"write", 10, nil, func(ctx context.Context, c *caller) error {
		return c.run(ctx, c.graph(), factory.Write, write, kuzu.Params{"id": 1})
	}},
	{"stream", 2, []error{kuzu.ErrTruncated}, func(ctx context.Context, c *caller) error { return c.stream(ctx, streamRows) }},
	{"stream left half-way", 2, nil, func(ctx context.Context, c *caller) error { return c.stream(ctx, 1+c.random.IntN(streamRows-1)) }},
	{"canceled before", 2, []error{kuzu.ErrCanceled}, func(ctx context.Context, c *caller) error {
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		return c.query(ctx, c.graph())
	}},
	{"canceled meanwhile", 5, []error{kuzu.ErrCanceled}, func(ctx context.Context, c *caller) error {
		ctx, cancel := context.WithCancel(ctx)
		defer time.AfterFunc(time.Duration(c.random.IntN(3000))*time.Microsecond, cancel).Stop()
		defer cancel()
		return c.query(ctx, c.graph())
	}},
	{"out of time", 3, []error{kuzu.ErrTimeout}, func(ctx context.Context, c *caller) error {
		ctx, cancel := context.WithTimeout(ctx, time.Duration(c.random.IntN(3000))*time.Microsecond)
		defer cancel()
		return c.query(ctx, c.graph())
	}},
	{"wrong statement", 4, []error{kuzu.ErrSyntax}, func(ctx context.Context, c *caller) error {
		return wanted(c.run(ctx, c.graph(), factory.Read, broken, nil), kuzu.ErrSyntax)
	}},
	{"unknown graph", 2, []error{kuzu.ErrRouting}, func(ctx context.Context, c *caller) error {
		return wanted(c.query(ctx, fmt.Sprintf("kgfeed%012x", c.random.IntN(unknown))), kuzu.ErrRouting)
	}},
	{"busy server", 2, nil, func(ctx context.Context, c *caller) error {
		return c.run(ctx, c.graph(), factory.Read, busy, nil)
	}},
	{"reset connection", 1, nil, func(ctx context.Context, c *caller) error {
		return c.run(ctx, c.graph(), factory.Read, lost, nil)
	}},
	{"passing graph", 3, []error{kuzu.ErrRouting, kuzu.ErrNotFound}, func(ctx context.Context, c *caller) error {
		return c.query(ctx, passingGraph(c.random.IntN(passing)))
	}},
}

// disturbances are what any call may end with while instances come and go. One
// that is killed interrupts what it runs, which it calls a timeout.
var disturbances = []error{kuzu.ErrUnavailable, kuzu.ErrCircuitOpen, kuzu.ErrNotFound, kuzu.ErrTruncated, kuzu.ErrTimeout}

// errWrong is an answer that must not be.
var errWrong = errors.New("wrong answer")

func wanted(err, kind error) error {
	if err == nil {
		return fmt.Errorf("%w: it is none of %w", errWrong, kind)
	}
	return err
}

// caller makes one call after another.
type caller struct {
	*world
	random *rand.Rand
}

func (c *caller) graph() string { return c.graphs[c.random.IntN(len(c.graphs))] }

func (c *caller) run(ctx context.Context, graph string, op factory.Op, statement string, params kuzu.Params) error {
	client, err := c.factory.Client(ctx, graph, op)
	if err != nil {
		return err
	}
	_, err = client.Query(ctx, statement, params)
	return err
}

func (c *caller) query(ctx context.Context, graph string) error {
	id := c.random.Int64N(1e12)
	client, err := c.factory.Client(ctx, graph, factory.Read)
	if err != nil {
		return err
	}
	type person struct {
		ID   int64  `kuzu:"id"`
		Name string `kuzu:"name"`
	}
	people, err := kuzu.QueryAs[person](ctx, client, point, kuzu.Params{"id": id})
	if err == nil && (len(people) != 1 || people[0] != person{id, "somebody"}) {
		return fmt.Errorf("%w: person %d is %v", errWrong, id, people)
	}
	return err
}

// stream reads so many rows of a stream and closes it.
func (c *caller) stream(ctx context.Context, most int) error {
	client, err := c.factory.Client(ctx, c.graph(), factory.Read)
	if err != nil {
		return err
	}
	rows := client.Stream(ctx, many, nil)
	defer rows.Close()
	for n := range most {
		var id int64
		if !rows.Next() {
			return errors.Join(rows.Err(), c.short(rows.Err(), n))
		}
		if err := rows.Scan(&id); err != nil || id != int64(n) {
			return fmt.Errorf("%w: row %d of a stream is %d, %w", errWrong, n, id, err)
		}
	}
	if most == streamRows && rows.Next() {
		return fmt.Errorf("%w: a stream has more than %d rows", errWrong, most)
	}
	return rows.Err()
}

func (c *caller) short(err error, n int) error {
	if err == nil {
		return fmt.Errorf("%w: a stream ended after %d rows", errWrong, n)
	}
	return nil
}

// changeEvery is after how many calls the fleet changes.
const changeEvery = 2500

// round makes a number of calls, while the fleet changes, and returns when all
// have ended.
func (s *soak) round(ctx context.Context, w *world, round, calls int) error {
	var left atomic.Int64
	left.Store(int64(calls))
	due := make(chan struct{}, 1)
	var group, changes sync.WaitGroup
	changes.Go(func() {
		for range due {
			w.change(ctx)
		}
	})
	for n := range s.callers {
		c := &caller{world: w, random: rand.New(rand.NewPCG(s.seed, uint64(round*s.callers+n)))}
		group.Go(func() {
			for ctx.Err() == nil && w.wrong.Load() == nil {
				if left.Add(-1) < 0 {
					return
				}
				if w.calls.Add(1)%changeEvery == 0 {
					select {
					case due <- struct{}{}:
					default: // the last change is not done yet
					}
				}
				c.one(ctx)
				if s.planted != nil {
					s.planted()
				}
			}
		})
	}
	group.Wait()
	close(due)
	changes.Wait()
	if wrong := w.wrong.Load(); wrong != nil {
		return *wrong
	}
	return context.Cause(ctx)
}

func (c *caller) one(ctx context.Context) {
	at := c.random.IntN(100)
	for i := range kinds {
		k := &kinds[i]
		if at -= k.weight; at >= 0 {
			continue
		}
		err := k.call(ctx, c)
		if err == nil {
			c.ended[i].well.Add(1)
			return
		}
		c.ended[i].failed.Add(1)
		if errors.Is(err, errWrong) || !isOneOf(err, k.ends) && !isOneOf(err, disturbances) && ctx.Err() == nil {
			err = fmt.Errorf("%s: %w", k.name, err)
			c.wrong.CompareAndSwap(nil, &err)
		}
		return
	}
}

func isOneOf(err error, kinds []error) bool {
	for _, k := range kinds {
		if errors.Is(err, k) {
			return true
		}
	}
	return false
}

// counts says how the calls ended.
func (w *world) counts() string {
	var b strings.Builder
	for i := range kinds {
		fmt.Fprintf(&b, "%-20s %9d well, %8d with an error\n", kinds[i].name, w.ended[i].well.Load(), w.ended[i].failed.Load())
	}
	return b.String()
}
