//go:build cgo && (linux || darwin)

package kuzuengine

import (
	"context"
	"fmt"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
)

// Run executes a text. See [mockserver.Engine].
func (e *Engine) Run(ctx context.Context, name string, q mockserver.Query) (mockserver.Result, error) {
	need, err := examine(q.Cypher)
	if err != nil {
		// An unknown database is the more basic error.
		if _, missing := e.find(name); missing != nil {
			return nil, missing
		}
		return nil, err
	}
	var res *result
	err = e.with(ctx, name, func(ctx context.Context, d *database) error {
		bound, err := bindParameters(q.Parameters)
		if err != nil {
			return err
		}
		defer bound.free()
		return d.on(ctx, need, func(h *handle, conn *nativeConnection) error {
			native, err := conn.query(q.Cypher, bound)
			if err == nil {
				res = d.keep(native, h)
			}
			return err
		})
	})
	if err != nil {
		if res != nil {
			_ = res.Close()
		}
		return nil, err
	}
	return res, nil
}

// with runs a call on a database, under a context that ends with the engine.
func (e *Engine) with(ctx context.Context, name string, call func(context.Context, *database) error) (err error) {
	d, err := e.find(name)
	if err != nil {
		return err
	}
	if err := d.begin(); err != nil {
		return err
	}
	defer d.end()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("Runtime exception: %v", p)
		}
	}()
	ctx, cancel := e.bound(ctx)
	defer cancel()
	return call(ctx, d)
}

// on runs a call on a fresh connection with the access that it needs. The
// connection is fresh because settings, and a transaction that a text left
// open, would otherwise reach the next one.
func (d *database) on(ctx context.Context, need demand, call func(*handle, *nativeConnection) error) error {
	if ctx.Err() != nil {
		return interrupted(ctx)
	}
	h, err := d.enter(ctx, need.access)
	if err != nil {
		return err
	}
	defer d.gate.unlock()
	defer h.release()
	d.used()
	err = d.onHandle(ctx, h, call)
	if isFault(err) || need.rollsBack || need.access == writing && err != nil && !beforeExecution(err) {
		d.discard(h)
	}
	return err
}

func (d *database) onHandle(ctx context.Context, h *handle, call func(*handle, *nativeConnection) error) error {
	conn, err := h.connect()
	if err != nil {
		return err
	}
	err = interruptible(ctx, conn, func() error { return call(h, conn) })
	if isFault(err) {
		return err // the connection is as dead as the database
	}
	if fault := conn.close(); fault != nil {
		return fault
	}
	return err
}

// interruptEvery is how often a canceled statement is interrupted until it
// gives in: the engine forgets an interrupt that comes while it compiles.
const interruptEvery = 2 * time.Millisecond

// interruptible interrupts the connection from the end of the context until
// the call returns.
func interruptible(ctx context.Context, conn *nativeConnection, call func() error) error {
	returned := make(chan struct{})
	quiet := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(quiet)
		ticker := time.NewTicker(interruptEvery)
		defer ticker.Stop()
		for {
			conn.interrupt()
			select {
			case <-returned:
				return
			case <-ticker.C:
			}
		}
	})
	defer func() {
		close(returned)
		if !stop() {
			<-quiet
		}
	}()
	err := call()
	if ctx.Err() != nil && err != nil && err.Error() == interruptedText {
		return interrupted(ctx)
	}
	return err
}
