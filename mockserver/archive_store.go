package mockserver

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// archiveStore keeps archives in a directory of its own. It is made when it is
// needed and goes with the server.
type archiveStore struct {
	beside string // where the databases lie, if that is a directory

	mu     sync.Mutex
	dir    string // guarded by mu; "" until it is needed
	closed bool   // guarded by mu
}

// archivePrefix begins the addresses of archives that the server keeps.
const archivePrefix = "backups/"

// temporary makes a file that has no name any more where the system allows
// that, and so is gone once it is closed.
func (a *archiveStore) temporary() (*os.File, error) {
	dir, err := a.directory()
	if err != nil {
		return nil, err
	}
	file, err := os.CreateTemp(dir, "spool-*")
	if err == nil {
		_ = os.Remove(file.Name()) // else it goes with the directory
	}
	return file, err
}

// keep stores what write writes, whole or not at all, and returns its address
// and size.
func (a *archiveStore) keep(name string, write func(*os.File) error) (address string, size int64, err error) {
	dir, err := a.directory()
	if err != nil {
		return "", 0, err
	}
	file, err := os.CreateTemp(dir, "draft-*")
	if err != nil {
		return "", 0, err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	if err := errors.Join(write(file), file.Sync()); err != nil {
		return "", 0, errors.Join(err, file.Close())
	}
	info, err := file.Stat()
	if err = errors.Join(err, file.Close()); err != nil {
		return "", 0, err
	}
	return archivePrefix + name, info.Size(), os.Rename(file.Name(), filepath.Join(dir, name))
}

// open opens the archive at an address of keep's.
func (a *archiveStore) open(address string) (*os.File, error) {
	name := strings.TrimPrefix(address, archivePrefix)
	a.mu.Lock()
	dir := a.dir
	a.mu.Unlock()
	if dir == "" || !strings.HasSuffix(name, ".zip") || filepath.Base(name) != name {
		return nil, fmt.Errorf("there is no backup %s", address)
	}
	file, err := os.Open(filepath.Join(dir, name))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no backup %s", address)
	}
	return file, err
}

func (a *archiveStore) directory() (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return "", errors.New("the server has been closed")
	}
	if a.dir != "" {
		return a.dir, nil
	}
	// Beside the databases there is room for what is as large as they are.
	dir, err := os.MkdirTemp(a.beside, ".backups-*")
	if err != nil {
		dir, err = os.MkdirTemp("", "kuzu-backups-*")
	}
	a.dir = dir
	return dir, err
}

// reset removes what is kept.
func (a *archiveStore) reset() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	dir := a.dir
	a.dir = ""
	if dir == "" {
		return nil
	}
	return os.RemoveAll(dir)
}

func (a *archiveStore) close() error {
	a.mu.Lock()
	a.closed = true
	a.mu.Unlock()
	return a.reset()
}
