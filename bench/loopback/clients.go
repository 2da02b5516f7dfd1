package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/robosystems/kuzuclient/bench/answers"
	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
)

// client is one way of asking. Its methods are called by many at once.
type client interface {
	query(ctx context.Context, q question) ([]person, error)
	stream(ctx context.Context, q question, each func(*person)) error
}

// clients are all that take part.
type clients struct {
	ours, bare, retryablehttp, failsafe, resty client

	python *python
}

// peers are those in Go that are neither ours nor bare, by their names.
func (c *clients) peers() []named {
	return []named{{"go-retryablehttp", c.retryablehttp}, {"failsafe-go", c.failsafe}, {"resty", c.resty}}
}

type named struct {
	name string
	client
}

func newClients(ctx context.Context, address, python string) (_ *clients, closeAll func(), err error) {
	ours, err := newOurs(ctx)
	if err != nil {
		return nil, nil, err
	}
	url := address + "/databases/" + graph + "/query"
	c := &clients{ours: ours, bare: newBare(url), retryablehttp: newRetryable(url), failsafe: newFailsafe(url), resty: newResty(url)}
	if c.python, err = newPython(ctx, python, url); err != nil {
		ours.factory.Close()
		return nil, nil, err
	}
	return c, func() { ours.factory.Close(); c.python.close() }, nil
}

// ours is the library as a service uses it: one factory, configured by the
// environment, and a client of it for each call.
type ours struct{ factory *factory.Factory }

func newOurs(ctx context.Context) (*ours, error) {
	cfg, err := factory.ConfigFromEnv()
	if err != nil {
		return nil, err
	}
	f, err := factory.New(ctx, cfg)
	return &ours{f}, err
}

var parameters = kuzu.Params{"country": answers.Country}

func (o *ours) query(ctx context.Context, q question) ([]person, error) {
	c, err := o.factory.Client(ctx, graph, factory.Read)
	if err != nil {
		return nil, err
	}
	return kuzu.QueryAs[person](ctx, c, q.statement, parameters)
}

func (o *ours) stream(ctx context.Context, q question, each func(*person)) error {
	c, err := o.factory.Client(ctx, graph, factory.Read)
	if err != nil {
		return err
	}
	for p, err := range kuzu.StreamAs[person](ctx, c, q.statement, parameters) {
		if err != nil {
			return err
		}
		each(&p)
	}
	return nil
}

// equal holds that all clients get the same rows, all digits of them.
func equal(ctx context.Context, c *clients) error {
	for _, side := range append([]named{{"ours", c.ours}, {"bare", c.bare}}, c.peers()...) {
		for _, q := range []question{tenRows, thousandRows} {
			rows, err := side.query(ctx, q)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", side.name, q.name, err)
			}
			if !slices.Equal(rows, answers.People(q.rows)) {
				return fmt.Errorf("%s, %s: the rows are not those that were sent", side.name, q.name)
			}
		}
		want, n, wrong := answers.People(answers.ChunkRows), 0, 0
		err := side.stream(ctx, millionRows, func(p *person) {
			if *p != want[n%answers.ChunkRows] {
				wrong++
			}
			n++
		})
		if err != nil || wrong > 0 || n != millionRows.rows {
			return fmt.Errorf("%s, %s: %d rows, %d of them not those that were sent: %w", side.name, millionRows.name, n, wrong, errors.Join(err))
		}
	}
	rows, err := c.python.rows()
	if err == nil && !slices.Equal(rows, answers.People(tenRows.rows)) {
		err = errors.New("the rows are not those that were sent")
	}
	if err != nil {
		return fmt.Errorf("python, %s: %w", tenRows.name, err)
	}
	return nil
}
