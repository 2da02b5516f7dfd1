//go:build cgo && (linux || darwin)

package kuzuengine_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/kuzuengine"
)

// endless runs until it is interrupted.
const endless = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN count(a + b)"

// begin runs the endless statement and returns once it has been admitted.
func begin(ctx context.Context, t *testing.T, e *kuzuengine.Engine) <-chan error {
	t.Helper()
	before, err := e.Stat(t.Context(), "g")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := e.Run(ctx, "g", mockserver.Query{Cypher: endless})
		ended <- err
	}()
	for {
		if now, err := e.Stat(t.Context(), "g"); err != nil || now.LastUsedAt.After(before.LastUsedAt) {
			return ended
		}
		runtime.Gosched()
	}
}

func TestDropWaits(t *testing.T) {
	e := newEngine(t)
	open, err := e.Run(t.Context(), "g", mockserver.Query{Cypher: "RETURN 1"})
	if err != nil {
		t.Fatal(err)
	}
	running, stop := context.WithCancel(t.Context())
	ended := begin(running, t, e)

	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	if err := e.Drop(impatient, "g"); !errors.Is(err, context.Canceled) {
		t.Errorf("dropped under a statement: %v", err)
	}
	must(t, e, "RETURN 1") // as if nothing had happened

	dropped := make(chan error, 1)
	go func() { dropped <- e.Drop(t.Context(), "g") }()
	for {
		_, err := ask(t, e, "RETURN 1", nil)
		if errors.Is(err, mockserver.ErrDatabaseNotFound) {
			break // the drop has begun
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if err := <-ended; err == nil || err.Error() != "Interrupted." {
		t.Error(err)
	}
	select {
	case err := <-dropped:
		t.Error("dropped under an open result:", err)
	default:
	}
	if row, err := open.Next(); err != nil || row[0] != int64(1) {
		t.Errorf("%v, %v", row, err)
	}
	if err := open.Close(); err != nil {
		t.Error(err)
	}
	if err := <-dropped; err != nil {
		t.Error(err)
	}
	if err := e.Drop(t.Context(), "g"); !errors.Is(err, mockserver.ErrDatabaseNotFound) {
		t.Error(err)
	}
	if left, _ := filepath.Glob(e.Path("g") + "*"); len(left) > 0 {
		t.Errorf("files are left: %q", left)
	}
	if err := e.Create(t.Context(), "g"); err != nil {
		t.Error(err)
	}
	must(t, e, "CREATE NODE TABLE P(id INT64, PRIMARY KEY(id))")
}

func TestStat(t *testing.T) {
	e := newEngine(t)
	before, err := e.Stat(t.Context(), "g")
	if err != nil || before.SizeBytes == 0 || before.ModifiedAt.IsZero() || !before.LastUsedAt.IsZero() {
		t.Errorf("%+v, %v", before, err)
	}
	must(t, e, "CREATE NODE TABLE P(id INT64, PRIMARY KEY(id))")
	after, err := e.Stat(t.Context(), "g")
	if err != nil || after.LastUsedAt.IsZero() {
		t.Errorf("%+v, %v", after, err)
	}
	for _, name := range []string{"none", "", "../g", "g.kuzu"} {
		if _, err := e.Stat(t.Context(), name); !errors.Is(err, mockserver.ErrDatabaseNotFound) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if path := e.Path("other"); filepath.Base(path) != "other.kuzu" || filepath.Dir(path) != filepath.Dir(e.Path("g")) {
		t.Error(path)
	}
}

func TestDirectories(t *testing.T) {
	dir := t.TempDir()
	place, link := filepath.Join(dir, "place"), filepath.Join(dir, "link")
	e, err := kuzuengine.New(kuzuengine.Config{Dir: place})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(place, link); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	for _, same := range []string{place, link, "place", filepath.Join(link, "..", "place")} {
		if _, err := kuzuengine.New(kuzuengine.Config{Dir: same}); err == nil || !strings.Contains(err.Error(), "is open in another engine") {
			t.Errorf("%s: %v", same, err)
		}
	}
	for _, name := range []string{"a.kuzu", "no name.kuzu", "b.kuzu.wal"} {
		if err := os.WriteFile(filepath.Join(place, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Create(t.Context(), "a"); !errors.Is(err, mockserver.ErrDatabaseExists) {
		t.Error(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if e, err = kuzuengine.New(kuzuengine.Config{Dir: link}); err != nil {
		t.Fatal(err)
	}
	if names, err := e.List(t.Context()); err != nil || !reflect.DeepEqual(names, []string{"a"}) {
		t.Errorf("%q, %v", names, err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := kuzuengine.New(kuzuengine.Config{Dir: filepath.Join(place, "a.kuzu")}); err == nil {
		t.Error("a file is taken for a directory")
	}

	temporary, err := kuzuengine.New(kuzuengine.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(temporary.Create(t.Context(), "g"), temporary.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Dir(temporary.Path("g"))); !errors.Is(err, os.ErrNotExist) {
		t.Error("the temporary directory is left:", err)
	}
}

func TestDamagedDatabase(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "g.kuzu"), []byte(strings.Repeat("not a database", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	e, err := kuzuengine.New(kuzuengine.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for range 2 {
		if _, err := e.Run(t.Context(), "g", mockserver.Query{Cypher: "RETURN 1"}); err == nil || !strings.HasPrefix(err.Error(), "IO exception: ") {
			t.Error(err)
		}
	}
	if err := errors.Join(e.Drop(t.Context(), "g"), e.Create(t.Context(), "g")); err != nil {
		t.Error(err)
	}
	must(t, e, "RETURN 1")
}

func TestConfig(t *testing.T) {
	_, err := kuzuengine.New(kuzuengine.Config{MaxDatabaseBytes: 3 << 30, BufferPoolBytes: 1, Threads: -1})
	for _, field := range []string{"MaxDatabaseBytes", "BufferPoolBytes", "Threads"} {
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%v does not tell of %s", err, field)
		}
	}
	e, err := kuzuengine.New(kuzuengine.Config{MaxDatabaseBytes: 16 << 20, BufferPoolBytes: 16 << 20, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.Create(t.Context(), "g"); err != nil {
		t.Fatal(err)
	}
	must(t, e, "CREATE NODE TABLE P(id INT64, name STRING, PRIMARY KEY(id))")
	// What does not fit is an error, and leaves the database usable.
	if _, err := ask(t, e, "UNWIND range(1, 2000000) AS x CREATE (:P {id: x, name: 'a long name, number ' + string(x)})", nil); err == nil {
		t.Error("two million nodes fit into 16 MiB")
	}
	if rows, err := ask(t, e, "MATCH (p:P) RETURN count(*)", nil); err != nil || rows[0][0] != int64(0) {
		t.Errorf("%v, %v", rows, err)
	}
	must(t, e, "CREATE (:P {id: 1})")
}
