package mockserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Errors that an [Engine] reports about databases; test for them with
// [errors.Is]. Errors about statements carry the engine's own text, which
// begins with the kind of failure ("Binder exception: ...").
var (
	ErrDatabaseExists   = errors.New("database already exists")   // of Create, and of Restore without replace
	ErrDatabaseNotFound = errors.New("database not found")        // of everything that needs the database
	ErrUnusableSnapshot = errors.New("the backup cannot be used") // of Restore
)

// An Engine keeps databases and runs Cypher on them. The server puts HTTP in
// front of it and adds nothing to what a statement means.
//
// All methods are safe for concurrent use. The name of a database has been
// checked by the server: 1 to 64 characters of [A-Za-z0-9_-].
type Engine interface {
	// Create makes an empty database. It fails with [ErrDatabaseExists].
	Create(ctx context.Context, name string) error

	// Drop removes a database after the statements that run on it have ended.
	// It fails with [ErrDatabaseNotFound].
	Drop(ctx context.Context, name string) error

	// Stat describes one database. It fails with [ErrDatabaseNotFound].
	Stat(ctx context.Context, name string) (Stat, error)

	// List returns the names of all databases in ascending order.
	List(ctx context.Context) ([]string, error)

	// Run executes a text of one or more statements and returns the result of
	// the first. Canceling the context interrupts the statement, which then
	// fails with the engine's "Interrupted." error. The caller closes the
	// result; the database cannot be dropped before that. It fails with
	// [ErrDatabaseNotFound].
	Run(ctx context.Context, name string, q Query) (Result, error)

	// Apply executes statements in one transaction: all take effect or none.
	// A statement that fails is reported as a [*StatementError]. It fails with
	// [ErrDatabaseNotFound].
	Apply(ctx context.Context, name string, statements []string) error

	// Backup returns the present state of a database, to be given to Restore
	// of an engine of the same kind. The caller closes it. Writers are held off
	// only until Backup returns: reading the snapshot, however slowly, holds up
	// nobody. It fails with [ErrDatabaseNotFound].
	Backup(ctx context.Context, name string) (*Snapshot, error)

	// Restore makes a database from a snapshot, which it reads to its end
	// without keeping it in memory. With replace set it takes the place of one
	// that exists; results of that one that are still open stay readable. A
	// snapshot takes effect at once and only as a whole: if reading it fails,
	// or if it is none, everything is as it was. It fails with
	// [ErrDatabaseExists] and [ErrUnusableSnapshot], whose text says why.
	Restore(ctx context.Context, name string, snapshot io.Reader, replace bool) error

	// Path returns where the database lies, or would lie, as shown to clients.
	// All databases lie in one directory.
	Path(name string) string

	// Close interrupts what runs, waits for it and releases everything.
	Close() error
}

// Query is a Cypher text with its parameters. A parameter holds nil, bool,
// int64, uint64 (only beyond the range of int64), float64, string, []any or
// [Struct]; nothing else.
type Query struct {
	Cypher     string         // one or more statements
	Parameters map[string]any // by name, without the $
}

// Stat describes a database.
type Stat struct {
	SizeBytes  int64     // size of the main file
	ModifiedAt time.Time // last change of the main file
	LastUsedAt time.Time // zero if no statement has run since the engine started
}

// Snapshot is a database as it was at one moment.
type Snapshot struct {
	io.ReadCloser
	Size int64 // in bytes
}

// A Result is the outcome of one statement, read row by row. It is not safe
// for concurrent use.
type Result interface {
	// Columns returns the names of the columns in order; none for a statement
	// that returns nothing.
	Columns() []string

	// Next returns the next row, one value a column, and [io.EOF] after the
	// last. The row is valid until the next call. The package's documentation
	// lists the types that a value can have.
	Next() ([]any, error)

	// Close releases the result. It may be called more than once.
	Close() error
}

// StatementError tells which of several statements failed.
type StatementError struct {
	Index int   // of the statement among those of the text, from 1
	Err   error // in the engine's words
}

// Error gives the number of the statement and its error.
func (e *StatementError) Error() string {
	return fmt.Sprintf("statement %d: %v", e.Index, e.Err)
}

// Unwrap returns Err.
func (e *StatementError) Unwrap() error { return e.Err }
