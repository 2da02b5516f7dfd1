package chaos_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
)

// The statements that the engine knows beside those of a scripted one.
const (
	writeOne = "CREATE (:Entry {id: $id})"
	readSome = "MATCH (e:Entry) WHERE e.id >= $from AND e.id < $to RETURN e.id AS id ORDER BY id"
	count    = "UNWIND range(1, $n) AS i RETURN i AS i, i * i AS square"
	makeLoad = "CREATE NODE TABLE Entry(id INT64, PRIMARY KEY(id))"
)

// engine keeps ids, and how often each was written. That is its point: a real one
// has a primary key, and would hide a write that comes twice.
type engine struct {
	*mockserver.Scripted
	mu      sync.Mutex
	ledgers map[string]*ledger // guarded by mu, with all that is in them
}

type ledger struct {
	times    map[int64]int
	detached bool
}

func newEngine() *engine {
	return &engine{Scripted: mockserver.NewScripted(), ledgers: make(map[string]*ledger)}
}

func (e *engine) Create(ctx context.Context, name string) error {
	if err := e.Scripted.Create(ctx, name); err != nil {
		return err
	}
	if err := e.Apply(ctx, name, []string{makeLoad}); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ledgers[name] = &ledger{times: make(map[int64]int)}
	return nil
}

func (e *engine) Drop(ctx context.Context, name string) error {
	e.mu.Lock()
	delete(e.ledgers, name)
	e.mu.Unlock()
	return e.Scripted.Drop(ctx, name)
}

// detach takes a database away from those who ask for it, as a volume that is
// about to be attached elsewhere. What has been written by then is in its backup.
func (e *engine) detach(name string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if l := e.ledgers[name]; l != nil {
		l.detached = true
	}
}

// in calls f with a database that is there.
func (e *engine) in(name string, f func(*ledger)) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	l := e.ledgers[name]
	if l == nil || l.detached {
		return mockserver.ErrDatabaseNotFound
	}
	f(l)
	return nil
}

// copied is the statement of an ingestion. The ids are in the name of the file.
var copied = regexp.MustCompile(`^COPY Entry FROM "([^"]*)"`)

func (e *engine) Run(ctx context.Context, name string, q mockserver.Query) (mockserver.Result, error) {
	if err := work(ctx); err != nil {
		return nil, err
	}
	var answer rows
	var err error
	switch m := copied.FindStringSubmatch(q.Cypher); {
	case m != nil:
		first, n, bad := idsOf(m[1])
		if bad != nil {
			return nil, bad
		}
		answer = rows{columns: []string{"result"}, all: [][]any{{fmt.Sprintf("%d tuples have been copied to the Entry table.", n)}}}
		err = e.in(name, func(l *ledger) {
			for id := first; id < first+n; id++ {
				l.times[id]++
			}
		})
	case q.Cypher == writeOne:
		err = e.in(name, func(l *ledger) { l.times[q.Parameters["id"].(int64)]++ })
	case q.Cypher == readSome:
		answer.columns = []string{"id"}
		err = e.in(name, func(l *ledger) {
			for id := q.Parameters["from"].(int64); id < q.Parameters["to"].(int64); id++ {
				for range l.times[id] {
					answer.all = append(answer.all, []any{id})
				}
			}
		})
	case q.Cypher == count:
		answer.columns = []string{"i", "square"}
		err = e.in(name, func(*ledger) {})
		for i := int64(1); i <= q.Parameters["n"].(int64); i++ {
			answer.all = append(answer.all, []any{i, i * i})
		}
	default:
		if err := e.in(name, func(*ledger) {}); err != nil {
			return nil, err
		}
		return e.Scripted.Run(ctx, name, q)
	}
	if err != nil {
		return nil, err
	}
	return &answer, nil
}

// work takes a moment, in which anything may happen to the server.
func work(ctx context.Context) error {
	timer := time.NewTimer(rand.N(3 * time.Millisecond))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return errors.New("Interrupted.")
	}
}

// fileOf is the name of the file with so many ids from first on.
func fileOf(first, n int64) string { return fmt.Sprintf("%d-%d.csv", first, n) }

func idsOf(path string) (first, n int64, err error) {
	_, err = fmt.Sscanf(filepath.Base(path), "%d-%d.csv", &first, &n)
	return first, n, err
}

// times returns how often each id from first on was written to a database.
func (e *engine) times(name string, first int64) map[int64]int {
	e.mu.Lock()
	defer e.mu.Unlock()
	found := make(map[int64]int)
	if l := e.ledgers[name]; l != nil {
		for id, n := range l.times {
			if id >= first {
				found[id] = n
			}
		}
	}
	return found
}

// forget drops what was written before.
func (e *engine) forget(before int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, l := range e.ledgers {
		maps.DeleteFunc(l.times, func(id int64, _ int) bool { return id < before })
	}
}

// Backup is that of what is beneath, and what only this engine knows.
func (e *engine) Backup(ctx context.Context, name string) (*mockserver.Snapshot, error) {
	beneath, err := e.Scripted.Backup(ctx, name)
	if err != nil {
		return nil, err
	}
	defer beneath.Close()
	tables, err := io.ReadAll(beneath)
	if err != nil {
		return nil, err
	}
	both := backup{Tables: tables, Times: make(map[string]int)}
	for id, n := range e.times(name, 0) {
		both.Times[strconv.FormatInt(id, 10)] = n
	}
	text, err := json.Marshal(both)
	if err != nil {
		return nil, err
	}
	return &mockserver.Snapshot{ReadCloser: io.NopCloser(bytes.NewReader(text)), Size: int64(len(text))}, nil
}

type backup struct {
	Tables []byte
	Times  map[string]int
}

func (e *engine) Restore(ctx context.Context, name string, snapshot io.Reader, replace bool) error {
	var both backup
	if err := json.NewDecoder(snapshot).Decode(&both); err != nil {
		return fmt.Errorf("%w: %w", mockserver.ErrUnusableSnapshot, err)
	}
	restored := &ledger{times: make(map[int64]int, len(both.Times))}
	for text, n := range both.Times {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return fmt.Errorf("%w: %w", mockserver.ErrUnusableSnapshot, err)
		}
		restored.times[id] = n
	}
	if err := e.Scripted.Restore(ctx, name, bytes.NewReader(both.Tables), replace); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ledgers[name] = restored
	return nil
}

// rows is the result of a statement.
type rows struct {
	columns []string
	all     [][]any
}

func (r *rows) Columns() []string { return slices.Clone(r.columns) }
func (r *rows) Close() error      { return nil }

func (r *rows) Next() ([]any, error) {
	if len(r.all) == 0 {
		return nil, io.EOF
	}
	row := r.all[0]
	r.all = r.all[1:]
	return row, nil
}
