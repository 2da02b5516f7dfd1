//go:build cgo && (linux || darwin)

package kuzuengine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/kuzuengine"
)

// backup returns the bytes of a snapshot of "g".
func backup(t testing.TB, e *kuzuengine.Engine) []byte {
	t.Helper()
	snapshot, err := e.Backup(t.Context(), "g")
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(snapshot)
	if err := errors.Join(err, snapshot.Close()); err != nil || int64(len(content)) != snapshot.Size {
		t.Fatalf("%d bytes of %d, %v", len(content), snapshot.Size, err)
	}
	return content
}

// number runs a statement that returns one.
func number(t testing.TB, e *kuzuengine.Engine, name, cypher string) int64 {
	t.Helper()
	result, err := e.Run(t.Context(), name, mockserver.Query{Cypher: cypher})
	if err != nil {
		t.Errorf("%s: %s: %v", name, cypher, err)
		return -1
	}
	defer result.Close()
	row, err := result.Next()
	if err != nil {
		t.Errorf("%s: %s: %v", name, cypher, err)
		return -1
	}
	n, _ := row[0].(int64)
	return n
}

const (
	createP = "CREATE NODE TABLE P(id INT64, name STRING, PRIMARY KEY(id))"
	countP  = "MATCH (p:P) RETURN count(*)"
)

// A snapshot has everything that was written, also what was in the log only.
func TestBackup(t *testing.T) {
	e := newEngine(t)
	must(t, e, createP, "UNWIND range(1, 20000) AS x CREATE (:P {id: x, name: 'n' + string(x)})", "CHECKPOINT", "MATCH (p:P {id: 7}) SET p.name = 'late'")
	content := backup(t, e)
	must(t, e, "MATCH (p:P) WHERE p.id > 10 DELETE p") // later than the snapshot

	other := newEngine(t)
	if err := other.Restore(t.Context(), "copy", bytes.NewReader(content), false); err != nil {
		t.Fatal(err)
	}
	if got := number(t, other, "copy", "MATCH (p:P) WHERE p.name = 'late' OR p.id <> 7 RETURN count(*)"); got != 20000 {
		t.Errorf("%d people", got)
	}
	if err := other.Restore(t.Context(), "copy", bytes.NewReader(content), false); !errors.Is(err, mockserver.ErrDatabaseExists) {
		t.Error(err)
	}
	if got := number(t, e, "g", countP); got != 10 {
		t.Errorf("%d people in the original", got)
	}
	if names, err := other.List(t.Context()); err != nil || fmt.Sprint(names) != "[copy g]" {
		t.Errorf("%v, %v", names, err)
	}
	for _, e := range []*kuzuengine.Engine{e, other} {
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(e.Path("g")), ".*")); len(left) > 0 {
			t.Errorf("files are left: %q", left)
		}
	}
}

// A restored database takes the place of one in use: open results stay
// readable, statements that come find the new one, and its log is its own.
func TestRestoreReplaces(t *testing.T) {
	e := newEngine(t)
	must(t, e, createP, "CREATE (:P {id: 1, name: 'old'})")
	content := backup(t, e)
	for round := range 5 {
		must(t, e, fmt.Sprintf("CREATE (:P {id: %d})", 100+round), "MATCH (p:P {id: 1}) SET p.name = 'changed'")
		open, err := e.Run(t.Context(), "g", mockserver.Query{Cypher: "MATCH (p:P) RETURN p.name ORDER BY p.id"})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Restore(t.Context(), "g", bytes.NewReader(content), true); err != nil {
			t.Fatal(err)
		}
		rows, err := ask(t, e, "MATCH (p:P) RETURN p.id, p.name", nil)
		if err != nil || fmt.Sprint(rows) != "[[1 old]]" {
			t.Fatalf("%v, %v", rows, err)
		}
		must(t, e, "CREATE (:P {id: 2})")
		if row, err := open.Next(); err != nil || row[0] != "changed" {
			t.Errorf("the open result: %v, %v", row, err)
		}
		if err := open.Close(); err != nil {
			t.Error(err)
		}
		must(t, e, "CREATE (:P {id: 3})", "CHECKPOINT", "CREATE (:P {id: 4})")
		if got := number(t, e, "g", countP); got != 4 {
			t.Errorf("%d people", got)
		}
	}
}

// TestRestoreRefuses: what cannot be used changes nothing and leaves nothing.
func TestRestoreRefuses(t *testing.T) {
	e, err := kuzuengine.New(kuzuengine.Config{MaxDatabaseBytes: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.Create(t.Context(), "g"); err != nil {
		t.Fatal(err)
	}
	must(t, e, createP, "CREATE (:P {id: 1, name: 'kept'})")
	good := backup(t, e)
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	broken := errors.New("cable cut")
	for _, test := range []struct {
		name     string
		ctx      context.Context
		snapshot io.Reader
		want     error
		words    string
	}{
		{"empty", t.Context(), strings.NewReader(""), mockserver.ErrUnusableSnapshot, "it is not a Kuzu database"},
		{"text", t.Context(), strings.NewReader("no database at all"), mockserver.ErrUnusableSnapshot, "it is not a Kuzu database"},
		{"another version", t.Context(), strings.NewReader("KUZU\x26" + string(good[5:])), mockserver.ErrUnusableSnapshot, "its storage version is 38, and that of Kuzu 0.11.3 here is 39"},
		{"head only", t.Context(), bytes.NewReader(good[:12]), mockserver.ErrUnusableSnapshot, "it is damaged"},
		{"first page only", t.Context(), bytes.NewReader(good[:4096]), mockserver.ErrUnusableSnapshot, "it is damaged"},
		{"too large", t.Context(), io.MultiReader(bytes.NewReader(good), endlessZeros{}), mockserver.ErrUnusableSnapshot, "it is larger than the 67108864 bytes"},
		{"broken at once", t.Context(), iotest.ErrReader(broken), broken, "cable cut"},
		{"broken later", t.Context(), io.MultiReader(bytes.NewReader(good[:5000]), iotest.ErrReader(broken)), broken, "after 5000 bytes: cable cut"},
		{"canceled", canceled, bytes.NewReader(good), context.Canceled, "Interrupted."},
	} {
		if err := e.Restore(test.ctx, "g", test.snapshot, true); !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.words) {
			t.Errorf("%s: %v, want %s", test.name, err, test.words)
		}
		if rows, err := ask(t, e, "MATCH (p:P) RETURN p.name", nil); err != nil || fmt.Sprint(rows) != "[[kept]]" {
			t.Fatalf("%s: %v, %v", test.name, rows, err)
		}
	}
	if err := e.Restore(t.Context(), "no name", bytes.NewReader(good), true); err == nil {
		t.Error("restored under an invalid name")
	}
	if _, err := e.Backup(t.Context(), "none"); !errors.Is(err, mockserver.ErrDatabaseNotFound) {
		t.Error(err)
	}
	if _, err := e.Backup(canceled, "g"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	entries, err := os.ReadDir(filepath.Dir(e.Path("g")))
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), "g.kuzu") {
			t.Errorf("%s is left", entry.Name())
		}
	}
	if err := errors.Join(err, e.Close()); err != nil {
		t.Fatal(err)
	}
	if err := e.Restore(t.Context(), "g", bytes.NewReader(good), true); !errors.Is(err, kuzuengine.ErrClosed) {
		t.Error(err)
	}
	if _, err := e.Backup(t.Context(), "g"); !errors.Is(err, kuzuengine.ErrClosed) {
		t.Error(err)
	}
}

type endlessZeros struct{}

func (endlessZeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestDamagedSnapshots: a snapshot with wrong bytes in its catalog is refused,
// or is a database with other contents; it never takes the process down.
func TestDamagedSnapshots(t *testing.T) {
	e := newEngine(t)
	must(t, e, createP, "CREATE REL TABLE K(FROM P TO P, since DATE)", "UNWIND range(1, 100) AS x CREATE (:P {id: x, name: 'n' + string(x)})")
	good := backup(t, e)
	random := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for range 60 {
		damaged := bytes.Clone(good)
		for range 1 + random.IntN(20) {
			damaged[12+random.IntN(len(damaged)-12)] = byte(random.Uint32())
		}
		if random.IntN(2) == 0 {
			for i := 12; i < 28; i++ { // where catalog and metadata lie
				damaged[i] = byte(random.IntN(8))
			}
		}
		err := e.Restore(t.Context(), "d", bytes.NewReader(damaged), true)
		switch {
		case errors.Is(err, mockserver.ErrUnusableSnapshot):
			refused++
		case err != nil:
			t.Error(err)
		}
	}
	if refused == 0 {
		t.Error("nothing was refused")
	}
	if got := number(t, e, "g", countP); got != 100 {
		t.Errorf("%d people", got)
	}
}

// TestBackupBesideWriters: each snapshot is a moment between two statements.
func TestBackupBesideWriters(t *testing.T) {
	e := newEngine(t)
	must(t, e, createP)
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for w := range 2 {
		writers.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				// Two at a time, so that an odd number is half a statement.
				pair := fmt.Sprintf("UNWIND [0, 1] AS x CREATE (:P {id: %d + x, name: 'a name that takes some room'})", w*1_000_000+2*n)
				if r, err := e.Run(t.Context(), "g", mockserver.Query{Cypher: pair}); err != nil {
					t.Error(err)
				} else {
					_ = r.Close()
				}
			}
		})
	}
	last := int64(-1)
	for n := range 8 {
		name := fmt.Sprint("copy", n)
		if err := e.Restore(t.Context(), name, bytes.NewReader(backup(t, e)), false); err != nil {
			t.Fatal(err)
		}
		got := number(t, e, name, countP)
		if got%2 != 0 || got < last {
			t.Errorf("%d people after %d", got, last)
		}
		last = got
	}
	stop()
	writers.Wait()
	if err := e.Restore(t.Context(), "g", bytes.NewReader(backup(t, e)), true); err != nil {
		t.Fatal(err)
	}
}

// TestSnapshotHoldsUpNobody: who reads a snapshot slowly, or never, is in
// nobody's way, not even when the database or the engine goes.
func TestSnapshotHoldsUpNobody(t *testing.T) {
	e := newEngine(t)
	must(t, e, createP, "CREATE (:P {id: 1})")
	snapshot, err := e.Backup(t.Context(), "g")
	if err != nil {
		t.Fatal(err)
	}
	must(t, e, "CREATE (:P {id: 2})")
	if err := e.Drop(t.Context(), "g"); err != nil {
		t.Fatal(err)
	}
	if err := e.Restore(t.Context(), "g", snapshot, false); err != nil {
		t.Fatal(err)
	}
	if got := number(t, e, "g", countP); got != 1 {
		t.Errorf("%d people", got)
	}
	if err := snapshot.Close(); err != nil {
		t.Error(err)
	}
}

// TestCrashLeavesNothing: what a process left on the way when it died goes
// with the next one.
func TestCrashLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(dir, ".transit-1"), nil, 0o600), os.Mkdir(filepath.Join(dir, ".transit-2"), 0o700),
		os.WriteFile(filepath.Join(dir, ".transit-2", "g.kuzu"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	e, err := kuzuengine.New(kuzuengine.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
}
