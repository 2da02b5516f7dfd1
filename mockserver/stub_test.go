package mockserver_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

// stub is a scripted engine of which a test takes over what it wants.
type stub struct {
	mockserver.Engine
	run  func(ctx context.Context, cypher string) (mockserver.Result, error) // io.EOF leaves it to the engine
	fail error                                                               // of every statement
	list func() ([]string, error)
	stat func() error
	drop func() error

	backup  func() (*mockserver.Snapshot, error)
	restore func(io.Reader) error
}

func newStub(t testing.TB) *stub { t.Helper(); return &stub{Engine: scripted(t)} }

func (s *stub) Run(ctx context.Context, name string, q mockserver.Query) (mockserver.Result, error) {
	if s.fail != nil {
		return nil, s.fail
	}
	if s.run != nil {
		if result, err := s.run(ctx, q.Cypher); err != io.EOF { //nolint:errorlint // a sign, never wrapped
			return result, err
		}
	}
	return s.Engine.Run(ctx, name, q)
}

func (s *stub) List(ctx context.Context) ([]string, error) {
	if s.list != nil {
		return s.list()
	}
	return s.Engine.List(ctx)
}

func (s *stub) Stat(ctx context.Context, name string) (mockserver.Stat, error) {
	if s.stat != nil {
		if err := s.stat(); err != nil {
			return mockserver.Stat{}, err
		}
	}
	return s.Engine.Stat(ctx, name)
}

func (s *stub) Drop(ctx context.Context, name string) error {
	if s.drop != nil {
		return s.drop()
	}
	return s.Engine.Drop(ctx, name)
}

func (s *stub) Backup(ctx context.Context, name string) (*mockserver.Snapshot, error) {
	if s.backup != nil {
		return s.backup()
	}
	return s.Engine.Backup(ctx, name)
}

func (s *stub) Restore(ctx context.Context, name string, snapshot io.Reader, replace bool) error {
	if s.restore != nil {
		return s.restore(snapshot)
	}
	return s.Engine.Restore(ctx, name, snapshot, replace)
}

// result is one whose rows a test makes.
type result struct {
	columns []string
	next    func() ([]any, error)
	closed  func()
}

func (r *result) Columns() []string    { return r.columns }
func (r *result) Next() ([]any, error) { return r.next() }
func (r *result) Close() error {
	if r.closed != nil {
		r.closed()
	}
	return nil
}

// isCopy reports whether a statement loads a file.
func isCopy(cypher string) bool { return strings.HasPrefix(cypher, "COPY ") }
