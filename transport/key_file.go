package transport

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

// FileKey is a key that a file holds, as mounted secrets do. The file is read
// again when it has changed, for which it is looked at once in a while, and when
// a server refuses the key. It is safe for concurrent use.
type FileKey struct {
	path string

	mu     sync.Mutex
	key    string    // guarded by mu, as all below
	seen   time.Time // when the file was last looked at
	change time.Time // of the file, when it was read
}

// lookEvery is how long a key is used without a look at its file.
const lookEvery = 10 * time.Second

// NewFileKey returns the key in a file; blanks and line ends around it do not
// count. It fails if there is no usable key in it.
func NewFileKey(path string) (*FileKey, error) {
	k := &FileKey{path: path}
	if _, err := k.read(true); err != nil {
		return nil, &Error{Kind: KindConfiguration, Err: err}
	}
	return k, nil
}

// Key returns the key. If the file cannot be read any more, the last good key
// stays.
func (k *FileKey) Key(context.Context) (string, error) {
	key, _ := k.read(false)
	return key, nil
}

// Refresh reads the file at once.
func (k *FileKey) Refresh(context.Context, string) (string, error) { return k.read(true) }

// String names the file and not the key.
func (k *FileKey) String() string { return "key in " + k.path }

// GoString is String, so that %#v shows no key.
func (k *FileKey) GoString() string { return k.String() }

// read returns the key, from the file if that is due. The file is small and
// local: reading it under the lock keeps a rotation from being read by all
// callers at once.
func (k *FileKey) read(now bool) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !now && time.Since(k.seen) < lookEvery {
		return k.key, nil
	}
	k.seen = time.Now()
	info, err := os.Stat(k.path)
	if err != nil {
		return k.key, fmt.Errorf("API key file: %w", err)
	}
	if !now && info.ModTime().Equal(k.change) {
		return k.key, nil
	}
	data, err := os.ReadFile(k.path)
	if err != nil {
		return k.key, fmt.Errorf("API key file: %w", err)
	}
	key := strings.TrimSpace(string(data))
	if key == "" {
		return k.key, fmt.Errorf("API key file: %s is empty", k.path)
	}
	if err := checkKey(key); err != nil {
		return k.key, fmt.Errorf("API key file: %s: %w", k.path, err)
	}
	k.key, k.change = key, info.ModTime()
	return key, nil
}
