//go:build cgo && (linux || darwin)

package kuzuengine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/robosystems/kuzuclient/mockserver"
)

var _ mockserver.Engine = (*Engine)(nil)

// Engine is a [mockserver.Engine] on embedded Kuzu databases. All methods are
// safe for concurrent use.
type Engine struct {
	cfg       Config
	temporary bool
	closing   context.Context // ends when Close begins
	stop      context.CancelFunc
	closed    chan struct{} // closed when Close is done

	mu        sync.Mutex
	databases map[string]*database // nil after Close
	changes   sync.WaitGroup       // Create and Drop under way; Add requires mu
}

// New opens an engine on a directory, and finds the databases that are there
// already. It fails if another engine of this process is open on the
// directory, under whatever name.
func New(cfg Config) (*Engine, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := loadEngine(); err != nil {
		return nil, err
	}
	e := &Engine{temporary: cfg.Dir == "", closed: make(chan struct{})}
	if cfg.Dir, err = claimDirectory(cfg.Dir); err != nil {
		return nil, err
	}
	e.cfg = cfg
	if e.databases, err = findDatabases(cfg); err == nil {
		err = sweep(cfg.Dir)
	}
	if err != nil {
		return nil, errors.Join(err, releaseDirectory(cfg.Dir, e.temporary))
	}
	e.closing, e.stop = context.WithCancel(context.Background())
	return e, nil
}

const suffix = ".kuzu"

var validName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func findDatabases(cfg Config) (map[string]*database, error) {
	entries, err := os.ReadDir(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("kuzuengine: %w", err)
	}
	found := make(map[string]*database)
	for _, entry := range entries {
		name, ok := strings.CutSuffix(entry.Name(), suffix)
		if ok && validName.MatchString(name) && !entry.IsDir() {
			found[name] = newDatabase(filepath.Join(cfg.Dir, entry.Name()), cfg)
		}
	}
	return found, nil
}

// Create makes an empty database. See [mockserver.Engine].
func (e *Engine) Create(ctx context.Context, name string) error {
	if !validName.MatchString(name) {
		return fmt.Errorf("kuzuengine: invalid database name %q", name)
	}
	e.mu.Lock()
	if e.databases == nil {
		e.mu.Unlock()
		return ErrClosed
	}
	if e.databases[name] != nil {
		e.mu.Unlock()
		return mockserver.ErrDatabaseExists
	}
	d := newDatabase(e.Path(name), e.cfg)
	e.databases[name] = d
	if _, err := os.Lstat(d.path); err == nil {
		e.mu.Unlock()
		return mockserver.ErrDatabaseExists // put there by someone else
	}
	e.changes.Add(1)
	e.mu.Unlock()
	defer e.changes.Done()

	ctx, cancel := e.bound(ctx)
	defer cancel()
	if err := d.open(ctx); err != nil {
		return errors.Join(err, e.forget(context.Background(), name, d))
	}
	return nil
}

// Drop removes a database with its files, after the statements that run on it
// have ended and their results are closed. See [mockserver.Engine].
func (e *Engine) Drop(ctx context.Context, name string) error {
	e.mu.Lock()
	if e.databases == nil {
		e.mu.Unlock()
		return ErrClosed
	}
	d := e.databases[name]
	if d == nil {
		e.mu.Unlock()
		return mockserver.ErrDatabaseNotFound
	}
	e.changes.Add(1)
	e.mu.Unlock()
	defer e.changes.Done()
	return e.forget(ctx, name, d)
}

func (e *Engine) forget(ctx context.Context, name string, d *database) error {
	if err := d.retire(ctx); err != nil {
		return err
	}
	d.shut()
	err := d.remove()
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.databases, name)
	return err
}

// Stat describes a database by its main file. See [mockserver.Engine].
func (e *Engine) Stat(_ context.Context, name string) (mockserver.Stat, error) {
	d, err := e.find(name)
	if err != nil {
		return mockserver.Stat{}, err
	}
	info, err := os.Stat(d.path)
	if errors.Is(err, os.ErrNotExist) {
		return mockserver.Stat{}, mockserver.ErrDatabaseNotFound
	}
	if err != nil {
		return mockserver.Stat{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return mockserver.Stat{SizeBytes: info.Size(), ModifiedAt: info.ModTime(), LastUsedAt: d.lastUsed}, nil
}

// List returns the names of all databases in ascending order.
func (e *Engine) List(context.Context) ([]string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.databases == nil {
		return nil, ErrClosed
	}
	names := make([]string, 0, len(e.databases))
	for name := range e.databases {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

// Path returns the main file of a database.
func (e *Engine) Path(name string) string {
	return filepath.Join(e.cfg.Dir, name+suffix)
}

// Close interrupts what runs, waits for it, closes the results that are still
// open and all databases. Every call returns when that is done.
func (e *Engine) Close() error {
	e.mu.Lock()
	databases := e.databases
	e.databases = nil
	e.mu.Unlock()
	if databases == nil {
		<-e.closed
		return nil
	}
	defer close(e.closed)
	e.stop()
	for _, d := range databases {
		d.abandon(ErrClosed)
	}
	e.changes.Wait()
	for _, d := range databases {
		d.shut()
	}
	return releaseDirectory(e.cfg.Dir, e.temporary)
}

func (e *Engine) find(name string) (*database, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.databases == nil {
		return nil, ErrClosed
	}
	if d := e.databases[name]; d != nil {
		return d, nil
	}
	return nil, mockserver.ErrDatabaseNotFound
}

// bound ends a context when the engine closes.
func (e *Engine) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(e.closing, func() { cancel(ErrClosed) })
	return ctx, func() {
		stop()
		cancel(nil)
	}
}
