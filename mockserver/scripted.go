package mockserver

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Scripted is an [Engine] in pure Go for tests that want to say what the answer
// is. Of Cypher it knows by itself only what makes a server behave like one:
// CREATE NODE TABLE and CREATE REL TABLE, COPY from CSV files, SHOW_TABLES and
// TABLE_INFO, RETURN 1 and the counts of all nodes and relationships. Every
// other statement is answered by what [Scripted.Handle] was given for it.
//
// It is safe for concurrent use.
type Scripted struct {
	mu        sync.Mutex
	databases map[string]*scriptedDatabase // guarded by mu
	handlers  map[string]Handler           // guarded by mu; keyed by normalized text
}

type scriptedDatabase struct {
	tables   []*Table // in order of creation
	modified time.Time
	used     time.Time
}

// Handler computes the answer to a statement. It may be called concurrently.
type Handler func(Call) (Answer, error)

// Call is one run of a statement. Tables hold what was loaded; do not change
// them.
type Call struct {
	Database   string            // its name, which is the graph id
	Parameters map[string]any    // by name; [Query] lists their types
	Tables     map[string]*Table // by name
}

// Answer is the result of a statement: rows with one value a column. The
// package's documentation lists the types that a value can have.
type Answer struct {
	Columns []string // names in order
	Rows    [][]any  // one value a column
}

// NewScripted returns an engine without databases and handlers.
func NewScripted() *Scripted {
	return &Scripted{databases: make(map[string]*scriptedDatabase), handlers: make(map[string]Handler)}
}

// Handle sets what answers a statement, on every database; statements of a
// schema installation are not asked for. Texts that differ only in white space
// or a final semicolon count as one. A later call for the same text replaces
// the earlier one.
func (s *Scripted) Handle(cypher string, h Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handlers[normalize(cypher)] = h
}

// Answer sets a fixed answer for a statement; see [Scripted.Handle].
func (s *Scripted) Answer(cypher string, columns []string, rows ...[]any) {
	s.Handle(cypher, func(Call) (Answer, error) { return Answer{columns, rows}, nil })
}

func normalize(cypher string) string {
	return strings.TrimRight(strings.Join(strings.Fields(cypher), " "), "; ")
}

// Create implements [Engine].
func (s *Scripted) Create(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.databases[name] != nil {
		return ErrDatabaseExists
	}
	s.databases[name] = &scriptedDatabase{modified: time.Now()}
	return nil
}

// Drop implements [Engine]. Answers that are still being read are copies, so
// that there is nothing to wait for.
func (s *Scripted) Drop(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.databases[name] == nil {
		return ErrDatabaseNotFound
	}
	delete(s.databases, name)
	return nil
}

// Stat implements [Engine]. A database has no file; its size counts rows.
func (s *Scripted) Stat(_ context.Context, name string) (Stat, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	db := s.databases[name]
	if db == nil {
		return Stat{}, ErrDatabaseNotFound
	}
	stat := Stat{SizeBytes: 4096, ModifiedAt: db.modified, LastUsedAt: db.used}
	for _, table := range db.tables {
		stat.SizeBytes += int64(len(table.Rows)) * 64
	}
	return stat, nil
}

// List implements [Engine].
func (s *Scripted) List(context.Context) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.databases)), nil
}

// Path implements [Engine].
func (s *Scripted) Path(name string) string { return "/scripted/" + name + ".kuzu" }

// Close implements [Engine].
func (s *Scripted) Close() error { return nil }

// Run implements [Engine].
func (s *Scripted) Run(ctx context.Context, name string, q Query) (Result, error) {
	if ctx.Err() != nil {
		return nil, errInterrupted
	}
	answer, err := s.answer(name, q)
	if err != nil {
		return nil, err
	}
	return &scriptedResult{Answer: answer, ctx: ctx}, nil
}

func (s *Scripted) answer(name string, q Query) (Answer, error) {
	s.mu.Lock()
	db := s.databases[name]
	if db == nil {
		s.mu.Unlock()
		return Answer{}, ErrDatabaseNotFound
	}
	db.used = time.Now()
	handler := s.handlers[normalize(q.Cypher)]
	if handler == nil {
		defer s.mu.Unlock()
		return db.builtIn(normalize(q.Cypher))
	}
	call := Call{Database: name, Parameters: q.Parameters, Tables: make(map[string]*Table, len(db.tables))}
	for _, table := range db.tables {
		call.Tables[table.Name] = table.clone()
	}
	s.mu.Unlock() // a handler may take its time, or script another statement
	return handler(call)
}

// Apply implements [Engine].
func (s *Scripted) Apply(_ context.Context, name string, statements []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	db := s.databases[name]
	if db == nil {
		return ErrDatabaseNotFound
	}
	draft := &scriptedDatabase{modified: db.modified, used: time.Now()}
	for _, table := range db.tables {
		draft.tables = append(draft.tables, table.clone())
	}
	for i, statement := range statements {
		if _, err := draft.builtIn(normalize(statement)); err != nil {
			return &StatementError{Index: i + 1, Err: err}
		}
	}
	*db = *draft
	return nil
}

var errInterrupted = engineError("Interrupted.")

// engineError words an error as the real engine does, which is not how Go does.
func engineError(format string, args ...any) error { return fmt.Errorf(format, args...) }

// scriptedResult hands out the rows of an answer.
type scriptedResult struct {
	Answer
	ctx  context.Context
	next int
}

func (r *scriptedResult) Columns() []string { return r.Answer.Columns }

func (r *scriptedResult) Next() ([]any, error) {
	if r.ctx.Err() != nil {
		return nil, errInterrupted
	}
	if r.next == len(r.Rows) {
		return nil, io.EOF
	}
	row := r.Rows[r.next]
	r.next++
	if len(row) != len(r.Answer.Columns) {
		return nil, engineError("Runtime exception: scripted row %d has %d values for %d columns", r.next, len(row), len(r.Answer.Columns))
	}
	return row, nil
}

func (r *scriptedResult) Close() error { return nil }
