//go:build cgo && (linux || darwin)

package kuzuengine

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
)

// database is one database of an [Engine]. It is opened by the first
// statement and stays open until it is dropped or the engine is closed.
type database struct {
	path string
	cfg  Config
	gate gate

	// handle is set only under writing access. Nil means not open: never was,
	// or discarded.
	handle atomic.Pointer[handle]

	mu       sync.Mutex
	gone     bool // dropped, or the engine is closing
	running  int  // calls that are under way
	results  map[*result]struct{}
	lastUsed time.Time
	changed  chan struct{} // closed and replaced when running or results shrink
}

func newDatabase(path string, cfg Config) *database {
	return &database{
		path:    path,
		cfg:     cfg,
		results: make(map[*result]struct{}),
		changed: make(chan struct{}),
	}
}

// begin announces a call; end must follow it.
func (d *database) begin() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.gone {
		return mockserver.ErrDatabaseNotFound
	}
	d.running++
	return nil
}

func (d *database) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.running--
	d.announce()
}

// announce requires mu.
func (d *database) announce() {
	close(d.changed)
	d.changed = make(chan struct{})
}

// used notes that a statement runs.
func (d *database) used() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lastUsed = time.Now()
}

// keep registers an open result, which holds the database and its handle.
func (d *database) keep(native *nativeResult, h *handle) *result {
	h.hold()
	r := newResult(native, func(r *result) {
		h.release()
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.results, r)
		d.announce()
	})
	d.mu.Lock()
	defer d.mu.Unlock()
	d.results[r] = struct{}{}
	return r
}

// retire lets nobody in any more and waits for those inside. If the context
// ends before, everything is as it was.
func (d *database) retire(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.gone {
		return mockserver.ErrDatabaseNotFound
	}
	d.gone = true
	for d.running > 0 || len(d.results) > 0 {
		if err := d.wait(ctx); err != nil {
			d.gone = false
			return err
		}
	}
	return nil
}

// abandon lets nobody in any more, waits for the calls that are under way and
// closes the results that are still open.
func (d *database) abandon(reason error) {
	d.mu.Lock()
	d.gone = true
	for d.running > 0 {
		_ = d.wait(context.Background()) // which does not end
	}
	open := make([]*result, 0, len(d.results))
	for r := range d.results {
		open = append(open, r)
	}
	d.mu.Unlock()
	for _, r := range open {
		r.closeWith(reason)
	}
}

// wait requires mu, which it gives up meanwhile.
func (d *database) wait(ctx context.Context) error {
	changed := d.changed
	d.mu.Unlock()
	defer d.mu.Lock()
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// enter waits for access and returns the open database. After success, the
// caller releases the handle and then unlocks the gate.
func (d *database) enter(ctx context.Context, mode access) (*handle, error) {
	for {
		if err := d.gate.lock(ctx, mode); err != nil {
			return nil, interrupted(ctx)
		}
		if h := d.handle.Load(); h != nil && h.hold() {
			return h, nil
		}
		d.gate.unlock()
		if err := d.open(ctx); err != nil {
			return nil, err
		}
	}
}

// open opens the database unless it is.
func (d *database) open(ctx context.Context) error {
	if err := d.gate.lock(ctx, writing); err != nil {
		return interrupted(ctx)
	}
	defer d.gate.unlock()
	if d.handle.Load() != nil {
		return nil
	}
	h, err := d.newHandle()
	if err != nil {
		return err
	}
	// The log has been replayed, and need not be again. If it cannot be merged
	// into the file, for want of memory, it stays, and only that is lost.
	if info, err := os.Stat(d.path + ".wal"); err == nil && info.Size() > 0 && d.checkpoint(context.Background(), h) != nil {
		h.doubt()
		h.release()
		if h, err = d.newHandle(); err != nil {
			return err
		}
	}
	d.handle.Store(h)
	return nil
}

func (d *database) newHandle() (*handle, error) {
	native, err := openNative(d.path, d.cfg.BufferPoolBytes, uint64(d.cfg.Threads), d.cfg.MaxDatabaseBytes)
	if err != nil {
		return nil, err
	}
	return newHandle(native), nil
}

func (d *database) checkpoint(ctx context.Context, h *handle) error {
	return d.onHandle(ctx, h, func(_ *handle, conn *nativeConnection) error {
		return execute(conn, "CHECKPOINT")
	})
}

// discard stops using a handle that a statement has left in doubt: a fault of
// the engine, or a write that was rolled back, after which the next update
// follows a dangling pointer, or the next checkpoint reads freed memory. What
// else runs on the handle may finish; the next statement opens the file anew.
func (d *database) discard(h *handle) {
	if d.handle.CompareAndSwap(h, nil) {
		h.doubt()
		h.release()
	}
}

// shut closes the database. Nothing may run on it or be open.
func (d *database) shut() {
	if h := d.handle.Swap(nil); h != nil {
		h.release()
	}
}

// remove deletes the files. The database must be shut.
func (d *database) remove() error {
	// Beside the file itself: .wal, .shadow, .tmp and whatever comes later.
	leftovers, _ := filepath.Glob(escapeGlob(d.path) + ".*")
	for _, leftover := range leftovers {
		if err := os.RemoveAll(leftover); err != nil {
			return err
		}
	}
	return os.RemoveAll(d.path)
}
