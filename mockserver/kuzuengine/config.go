package kuzuengine

import (
	"cmp"
	"errors"
	"fmt"
)

// Config says where an [Engine] keeps its databases and how large they get.
type Config struct {
	// Dir is the directory of the databases; it is created if it is missing.
	// Empty means a temporary directory that Close removes.
	Dir string

	// MaxDatabaseBytes bounds each database. It is address space, not memory
	// or disk, and a power of two of at least 16 MiB; 0 means 1 GiB.
	MaxDatabaseBytes uint64

	// BufferPoolBytes bounds the memory that the engine caches pages of each
	// database in and runs its statements with, at least 16 MiB; 0 means
	// 512 MiB. Memory is taken as it is needed.
	BufferPoolBytes uint64

	// Threads is the number of threads that each open database keeps for its
	// statements, at least 1; 0 means 2.
	Threads int
}

const (
	minBytes                = 16 << 20
	defaultMaxDatabaseBytes = 1 << 30
	defaultBufferPoolBytes  = 512 << 20
	defaultThreads          = 2
)

// withDefaults returns all errors of a configuration at once.
func (c Config) withDefaults() (Config, error) {
	c.MaxDatabaseBytes = cmp.Or(c.MaxDatabaseBytes, defaultMaxDatabaseBytes)
	c.BufferPoolBytes = cmp.Or(c.BufferPoolBytes, defaultBufferPoolBytes)
	c.Threads = cmp.Or(c.Threads, defaultThreads)
	var errs []error
	if n := c.MaxDatabaseBytes; n < minBytes || n&(n-1) != 0 {
		errs = append(errs, fmt.Errorf("kuzuengine: MaxDatabaseBytes is %d, want a power of two of at least %d", n, minBytes))
	}
	if c.BufferPoolBytes < minBytes {
		errs = append(errs, fmt.Errorf("kuzuengine: BufferPoolBytes is %d, want at least %d", c.BufferPoolBytes, minBytes))
	}
	if c.Threads < 1 {
		errs = append(errs, fmt.Errorf("kuzuengine: Threads is %d, want at least 1", c.Threads))
	}
	return c, errors.Join(errs...)
}
