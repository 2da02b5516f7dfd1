//go:build cgo && (linux || darwin)

package kuzuengine

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// claimed holds the directories of all open engines of the process, because
// the engine itself would open one file twice and ruin it.
var claimed = struct {
	sync.Mutex
	directories map[string]bool
}{directories: make(map[string]bool)}

// claimDirectory returns the absolute path, free of symbolic links, of the
// directory, or of a new temporary one.
func claimDirectory(dir string) (string, error) {
	if dir == "" {
		temporary, err := os.MkdirTemp("", "kuzuengine-")
		if err != nil {
			return "", fmt.Errorf("kuzuengine: %w", err)
		}
		dir = temporary
	} else if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", fmt.Errorf("kuzuengine: %w", err)
	}
	dir, err := filepath.Abs(dir)
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		return "", fmt.Errorf("kuzuengine: %w", err)
	}
	claimed.Lock()
	defer claimed.Unlock()
	if claimed.directories[dir] {
		return "", fmt.Errorf("kuzuengine: %s is open in another engine of this process", dir)
	}
	claimed.directories[dir] = true
	return dir, nil
}

func releaseDirectory(dir string, temporary bool) error {
	claimed.Lock()
	delete(claimed.directories, dir)
	claimed.Unlock()
	if temporary {
		return os.RemoveAll(dir)
	}
	return nil
}

// escapeGlob makes a path match only itself in [filepath.Glob].
func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
