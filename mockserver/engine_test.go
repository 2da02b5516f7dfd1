package mockserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

// What every engine owes the server, asked without a server between.
func TestEngine(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(engines)) {
		t.Run(name, func(t *testing.T) { testEngine(t, engines[name](t)) })
	}
}

func testEngine(t *testing.T, e mockserver.Engine) {
	ctx := t.Context()
	none := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, mockserver.ErrDatabaseNotFound) {
			t.Errorf("%s of no database: got %v", what, err)
		}
	}
	good := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	good("create", e.Create(ctx, "b"))
	good("create", e.Create(ctx, "a-1_Z"))
	if err := e.Create(ctx, "b"); !errors.Is(err, mockserver.ErrDatabaseExists) {
		t.Errorf("create again: got %v", err)
	}
	if names, err := e.List(ctx); err != nil || !slices.Equal(names, []string{"a-1_Z", "b"}) {
		t.Errorf("list: got %v, %v", names, err)
	}
	if e.Path("b") == e.Path("a-1_Z") || filepath.Dir(e.Path("b")) != filepath.Dir(e.Path("a-1_Z")) {
		t.Errorf("paths are %s and %s", e.Path("b"), e.Path("a-1_Z"))
	}

	stat, err := e.Stat(ctx, "b")
	good("stat", err)
	if stat.ModifiedAt.IsZero() || !stat.LastUsedAt.IsZero() {
		t.Errorf("stat: got %+v", stat)
	}
	if got := run(t, e, "b", "RETURN 1"); got != "1" {
		t.Errorf("run: got %s", got)
	}
	if stat, err = e.Stat(ctx, "b"); err != nil || stat.LastUsedAt.IsZero() {
		t.Errorf("stat: got %+v, %v", stat, err)
	}

	good("apply", e.Apply(ctx, "b", nil))
	good("apply", e.Apply(ctx, "b", []string{"CREATE NODE TABLE A(id INT64, PRIMARY KEY(id))"}))
	file := filepath.Join(t.TempDir(), "a.csv")
	if err := os.WriteFile(file, []byte("1\n2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	err = e.Apply(ctx, "b", []string{
		"CREATE NODE TABLE B(id INT64, PRIMARY KEY(id))", `COPY A FROM "` + file + `"`, "CREATE NODE TABLE A(id INT64, PRIMARY KEY(id))", "CREATE NODE TABLE C(id INT64, PRIMARY KEY(id))",
	})
	var failed *mockserver.StatementError
	if !errors.As(err, &failed) || failed.Index != 3 || err.Error() != "statement 3: Binder exception: A already exists in catalog." || !errors.Is(err, failed.Err) {
		t.Errorf("apply: got %v", err)
	}
	if got := run(t, e, "b", "CALL SHOW_TABLES() RETURN name"); got != "A" {
		t.Errorf("tables are %s", got)
	}
	if got := run(t, e, "b", "MATCH (n) RETURN count(n)"); got != "0" {
		t.Errorf("%s rows are there", got)
	}

	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := e.Run(ended, "b", mockserver.Query{Cypher: "RETURN 1"}); err == nil || err.Error() != "Interrupted." {
		t.Errorf("run under a context that has ended: got %v", err)
	}

	good("drop", e.Drop(ctx, "b"))
	none("drop", e.Drop(ctx, "b"))
	none("apply", e.Apply(ctx, "b", []string{"RETURN 1"}))
	_, err = e.Stat(ctx, "b")
	none("stat", err)
	_, err = e.Run(ctx, "b", mockserver.Query{Cypher: "RETURN 1"})
	none("run", err)
	good("create", e.Create(ctx, "b"))
	if got := run(t, e, "b", "CALL SHOW_TABLES() RETURN name"); got != "" {
		t.Errorf("tables are %s", got)
	}
	good("close", e.Close())
}

// run returns the values of a result, or the words of what failed.
func run(t *testing.T, e mockserver.Engine, database, cypher string) string {
	t.Helper()
	return runWith(t.Context(), e, database, mockserver.Query{Cypher: cypher})
}

func runWith(ctx context.Context, e mockserver.Engine, database string, q mockserver.Query) string {
	result, err := e.Run(ctx, database, q)
	if err != nil {
		return err.Error()
	}
	defer result.Close()
	var values []string
	for {
		row, err := result.Next()
		switch {
		case errors.Is(err, io.EOF):
			return strings.Join(values, " ")
		case err != nil:
			return err.Error()
		}
		for _, value := range row {
			values = append(values, fmt.Sprint(value))
		}
	}
}
