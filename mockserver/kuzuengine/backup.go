//go:build cgo && (linux || darwin)

package kuzuengine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/robosystems/kuzuclient/mockserver"
)

// Files on their way into or out of a database lie beside it under names that
// begin like this, which no database has. They go with the engine that made
// them; New removes what a crash has left.
const transit = ".transit-"

// copyPiece is how much is copied before the context is looked at.
const copyPiece = 64 << 20

// Backup copies a database's file beside it, at a moment when the log is
// merged into it. See [mockserver.Engine].
func (e *Engine) Backup(ctx context.Context, name string) (*mockserver.Snapshot, error) {
	var file *os.File
	err := e.with(ctx, name, func(ctx context.Context, d *database) (err error) {
		file, err = d.snapshot(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("kuzuengine: %w", err), file.Close())
	}
	return &mockserver.Snapshot{ReadCloser: file, Size: info.Size()}, nil
}

// snapshot returns a copy of the file that has no name any more, and so takes
// no room once it is closed.
func (d *database) snapshot(ctx context.Context) (*os.File, error) {
	if ctx.Err() != nil {
		return nil, interrupted(ctx) // a small database would be copied before anybody looked
	}
	h, err := d.enter(ctx, writing)
	if err != nil {
		return nil, err
	}
	defer d.gate.unlock()
	defer h.release()
	if err := d.checkpoint(ctx, h); err != nil {
		d.discard(h)
		return nil, err
	}
	if info, err := os.Stat(d.path + ".wal"); err == nil && info.Size() > 0 {
		return nil, errors.New("Runtime exception: The log could not be merged into the database.")
	}
	d.gate.share() // reads do not change the file
	from, err := os.Open(d.path)
	if err != nil {
		return nil, fmt.Errorf("kuzuengine: %w", err)
	}
	defer from.Close()
	to, err := os.CreateTemp(filepath.Dir(d.path), transit)
	if err != nil {
		return nil, fmt.Errorf("kuzuengine: %w", err)
	}
	err = errors.Join(os.Remove(to.Name()), copyFile(ctx, to, from))
	if err == nil {
		_, err = to.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, to.Close())
	}
	return to, nil
}

// copyFile leaves the copying to the system, which may only share the blocks.
func copyFile(ctx context.Context, to, from *os.File) error {
	for {
		switch n, err := io.CopyN(to, from, copyPiece); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("kuzuengine: after %d bytes: %w", n, err)
		case ctx.Err() != nil:
			return interrupted(ctx)
		}
	}
}

// sweep removes what engines that ended without Close have left on the way.
func sweep(dir string) error {
	left, err := filepath.Glob(filepath.Join(escapeGlob(dir), transit+"*"))
	for _, path := range left {
		err = errors.Join(err, os.RemoveAll(path))
	}
	return err
}
