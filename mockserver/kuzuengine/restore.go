//go:build cgo && (linux || darwin)

package kuzuengine

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/robosystems/kuzuclient/mockserver"
)

// Restore puts a file that Backup has given, or that another Kuzu of the same
// version has left behind, in the place of a database. It is written beside
// the databases and opened before anything changes. See [mockserver.Engine].
func (e *Engine) Restore(ctx context.Context, name string, snapshot io.Reader, replace bool) error {
	if !validName.MatchString(name) {
		return fmt.Errorf("kuzuengine: invalid database name %q", name)
	}
	e.mu.Lock()
	if e.databases == nil {
		e.mu.Unlock()
		return ErrClosed
	}
	exists := e.databases[name] != nil
	if exists && !replace {
		e.mu.Unlock()
		return mockserver.ErrDatabaseExists
	}
	e.changes.Add(1)
	e.mu.Unlock()
	defer e.changes.Done()

	ctx, cancel := e.bound(ctx)
	defer cancel()
	way, err := os.MkdirTemp(e.cfg.Dir, transit)
	if err != nil {
		return fmt.Errorf("kuzuengine: %w", err)
	}
	defer os.RemoveAll(way)
	file := filepath.Join(way, name+suffix)
	if err := e.receive(ctx, file, snapshot); err != nil {
		return err
	}
	if err := e.probe(file); err != nil {
		return err
	}
	return e.place(ctx, name, file, replace)
}

// receive writes a snapshot to a new file, as long as it looks like one.
func (e *Engine) receive(ctx context.Context, path string, snapshot io.Reader) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("kuzuengine: %w", err)
	}
	defer file.Close()
	in := &canceledReader{ctx, snapshot}
	var head [12]byte
	if _, err := io.ReadFull(in, head[:]); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	if err := checkHead(head); err != nil {
		return err
	}
	if _, err := file.Write(head[:]); err != nil {
		return fmt.Errorf("kuzuengine: %w", err)
	}
	limit := int64(min(e.cfg.MaxDatabaseBytes, 1<<62))
	switch n, err := io.CopyN(file, in, limit-int64(len(head))+1); {
	case err == nil:
		return fmt.Errorf("%w: it is larger than the %d bytes that a database may have here", mockserver.ErrUnusableSnapshot, limit)
	case !errors.Is(err, io.EOF):
		return fmt.Errorf("after %d bytes: %w", n+int64(len(head)), err)
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("kuzuengine: %w", err)
	}
	return nil
}

// checkHead looks at what a database begins with: a mark, and the version of
// the format.
func checkHead(head [12]byte) error {
	if string(head[:4]) != "KUZU" {
		return fmt.Errorf("%w: it is not a Kuzu database", mockserver.ErrUnusableSnapshot)
	}
	if got, want := binary.LittleEndian.Uint64(head[4:]), storageVersion(); got != want {
		return fmt.Errorf("%w: its storage version is %d, and that of Kuzu %s here is %d", mockserver.ErrUnusableSnapshot, got, engineVersion, want)
	}
	return nil
}

// probe opens a file that is not in use yet, and looks into its catalog.
func (e *Engine) probe(path string) error {
	native, err := openNative(path, e.cfg.BufferPoolBytes, 1, e.cfg.MaxDatabaseBytes)
	if err != nil {
		return fmt.Errorf("%w: it is damaged", mockserver.ErrUnusableSnapshot)
	}
	h := newHandle(native)
	conn, err := h.connect()
	if err == nil {
		err = execute(conn, "CALL SHOW_TABLES() RETURN *")
		if isFault(err) {
			return fmt.Errorf("%w: it is damaged", mockserver.ErrUnusableSnapshot) // and cannot even be closed
		}
		_ = conn.close()
	}
	h.doubt() // nothing is to be written
	h.release()
	if err != nil {
		return fmt.Errorf("%w: it is damaged: %w", mockserver.ErrUnusableSnapshot, err)
	}
	return nil
}

// place gives a file to a database, a new one or one that is there.
func (e *Engine) place(ctx context.Context, name, file string, replace bool) error {
	e.mu.Lock()
	if e.databases == nil {
		e.mu.Unlock()
		return ErrClosed
	}
	d := e.databases[name]
	if d == nil {
		defer e.mu.Unlock()
		return e.adopt(name, file, replace)
	}
	e.mu.Unlock()
	if !replace {
		return mockserver.ErrDatabaseExists // made meanwhile
	}
	if err := d.begin(); err != nil {
		return err // it is being dropped
	}
	defer d.end()
	if err := d.gate.lock(ctx, writing); err != nil {
		return interrupted(ctx)
	}
	defer d.gate.unlock()
	if h := d.handle.Load(); h != nil {
		d.discard(h) // open results keep the old file until they are closed
	}
	return d.swap(file)
}

// adopt makes a database of a file. It requires mu.
func (e *Engine) adopt(name, file string, replace bool) error {
	d := newDatabase(e.Path(name), e.cfg)
	if _, err := os.Lstat(d.path); err == nil && !replace {
		return mockserver.ErrDatabaseExists // put there by someone else
	}
	if err := d.swap(file); err != nil {
		return err
	}
	e.databases[name] = d
	return nil
}

// swap puts a file in the place of the database's, which nobody may be using.
// The old file's log, which the new one must not meet, is put aside before,
// and put back if that fails.
func (d *database) swap(file string) (err error) {
	logs, _ := filepath.Glob(escapeGlob(d.path) + ".*")
	aside := filepath.Dir(file)
	var moved []string
	defer func() {
		if err == nil {
			return
		}
		err = fmt.Errorf("kuzuengine: %w", err)
		for _, log := range moved {
			err = errors.Join(err, os.Rename(filepath.Join(aside, "old-"+filepath.Base(log)), log))
		}
	}()
	for _, log := range logs {
		if err := os.Rename(log, filepath.Join(aside, "old-"+filepath.Base(log))); err != nil {
			return err
		}
		moved = append(moved, log)
	}
	return os.Rename(file, d.path)
}

// canceledReader fails once a context has ended.
type canceledReader struct {
	ctx  context.Context
	from io.Reader
}

func (r *canceledReader) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, interrupted(r.ctx)
	}
	return r.from.Read(p)
}
