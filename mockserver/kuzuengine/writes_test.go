//go:build cgo && (linux || darwin)

package kuzuengine_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

// TestCopy loads files of the shape that the LDBC data generator writes, for
// which a bare COPY is enough.
func TestCopy(t *testing.T) {
	e := newEngine(t)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"Person.csv": "id:ID(Person)|firstName:STRING|lastName:STRING|creationDate:LONG\n" +
			"933|Mahinda|Perera|20100214153210447\n1129|Carmen|Lepland|20100128063958781\n1242|Hồ Chí|Do|20100215004610000\n",
		"Place.csv": "id:ID(Place)|name:STRING|url:STRING|:LABEL\n" +
			"0|India|http://dbpedia.org/resource/India|Country\n1|China|http://dbpedia.org/resource/China|Country\n",
		"Person_knows_Person.csv": ":START_ID(Person)|:END_ID(Person)|creationDate:LONG\n" +
			"933|1129|20100422123057947\n933|1242|20101115072349104\n",
		"Person_isLocatedIn_Place.csv": ":START_ID(Person)|:END_ID(Place)\n933|1\n1129|0\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	must(t, e,
		"CREATE NODE TABLE Person(id INT64, firstName STRING, lastName STRING, creationDate INT64, PRIMARY KEY(id))",
		"CREATE NODE TABLE Place(id INT64, name STRING, url STRING, label STRING, PRIMARY KEY(id))",
		"CREATE REL TABLE knows(FROM Person TO Person, creationDate INT64)",
		"CREATE REL TABLE isLocatedIn(FROM Person TO Place)",
	)
	parquet := filepath.Join(dir, "Place.parquet")
	for _, test := range []struct{ cypher, want string }{
		{fmt.Sprintf("COPY Person FROM %q", dir+"/Person.csv"), "3 tuples have been copied to the Person table."},
		{fmt.Sprintf("COPY Place FROM %q (IGNORE_ERRORS=TRUE)", dir+"/Pl*.csv"), "2 tuples have been copied to the Place table."},
		{fmt.Sprintf("COPY knows FROM %q (IGNORE_ERRORS=TRUE)", dir+"/Person_knows_Person.csv"), "2 tuples have been copied to the knows table."},
		{fmt.Sprintf("COPY isLocatedIn FROM %q", dir+"/Person_isLocatedIn_Place.csv"), "2 tuples have been copied to the isLocatedIn table."},
		{fmt.Sprintf("COPY Person FROM %q (IGNORE_ERRORS=TRUE)", dir+"/Person.csv"), "0 tuples have been copied to the Person table."},
		{fmt.Sprintf("COPY (MATCH (p:Place) RETURN p.id, p.name, p.url, p.label) TO %q", parquet), ""},
		{"MATCH (p:Place) DETACH DELETE p", ""},
		{fmt.Sprintf("COPY Place FROM %q", parquet), "2 tuples have been copied to the Place table."},
	} {
		rows, err := ask(t, e, test.cypher, nil)
		switch {
		case err != nil:
			t.Errorf("%s: %v", test.cypher, err)
		case test.want == "" && len(rows) != 0, test.want != "" && rows[0][0] != test.want:
			t.Errorf("%s: %v", test.cypher, rows)
		}
	}
	// A copy that fails leaves the table and its index as they were.
	for range 3 {
		if _, err := ask(t, e, fmt.Sprintf("COPY Person FROM %q", dir+"/Person.csv"), nil); err == nil || !strings.HasPrefix(err.Error(), "Copy exception: Found duplicated primary key value ") {
			t.Error(err)
		}
	}
	rows, err := ask(t, e, "MATCH (p:Person {id: 933})-[k:knows]->(q:Person) RETURN q.firstName, k.creationDate ORDER BY q.id", nil)
	if want := [][]any{{"Carmen", int64(20100422123057947)}, {"Hồ Chí", int64(20101115072349104)}}; err != nil || !reflect.DeepEqual(rows, want) {
		t.Errorf("%v, %v, want %v", rows, err, want)
	}
}

func TestApplyRefusesTransactions(t *testing.T) {
	e := newEngine(t)
	must(t, e, "CREATE NODE TABLE P(id INT64, PRIMARY KEY(id))")
	for _, statements := range [][]string{
		{"CREATE (:P {id: 1})", "COMMIT", "CREATE (:P {id: 1})"},
		{"CREATE (:P {id: 1})", "RETURN 1; rollback"},
		{"CREATE (:P {id: 1})", "/* */ BEGIN TRANSACTION"},
		{"CREATE (:P {id: 1})", "CHECKPOINT"},
		{"CREATE (:P {id: 1})", "RETURN '\x00'"},
		{"CREATE (:P {id: 1})", "CREATE (:P {id: 1})"},
		{"CREATE (:P {id: 1})", "CREATE (:P {id: 2}); CREATE (:P {id: 2})"},
		{"CREATE (:P {id: 1})", "RETURN keys(NULL)"},
	} {
		err := e.Apply(t.Context(), "g", statements)
		if failed, ok := errors.AsType[*mockserver.StatementError](err); !ok || failed.Index != 2 {
			t.Errorf("%q: %v", statements, err)
		}
	}
	if rows, err := ask(t, e, "MATCH (p:P) RETURN count(*)", nil); err != nil || rows[0][0] != int64(0) {
		t.Errorf("%v, %v", rows, err)
	}
	if err := e.Apply(t.Context(), "g", nil); err != nil {
		t.Error(err)
	}
	if err := e.Apply(t.Context(), "none", []string{"RETURN '\x00'"}); !errors.Is(err, mockserver.ErrDatabaseNotFound) {
		t.Error(err)
	}
	if err := e.Apply(t.Context(), "g", []string{"CREATE (:P {id: 1}); CREATE (:P {id: 2})", "MATCH (p:P {id: 2}) DELETE p"}); err != nil {
		t.Error(err)
	}
	if rows, err := ask(t, e, "MATCH (p:P) RETURN p.id", nil); err != nil || !reflect.DeepEqual(rows, [][]any{{int64(1)}}) {
		t.Errorf("%v, %v", rows, err)
	}
}

// TestWritersOfAllKinds lets writes that succeed, fail and are canceled, schema
// changes, copies and reads run on one database together.
func TestWritersOfAllKinds(t *testing.T) {
	e := newEngine(t)
	must(t, e, "CREATE NODE TABLE P(id INT64, name STRING, PRIMARY KEY(id))", "UNWIND range(0, 999) AS x CREATE (:P {id: x, name: 'x'})")
	file := filepath.Join(t.TempDir(), "P.csv")
	if err := os.WriteFile(file, []byte("id,name\n100000,a\n100001,b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const rounds = 15
	var group sync.WaitGroup
	repeat := func(call func(n int) error) {
		group.Go(func() {
			for n := range rounds {
				if err := call(n); err != nil {
					t.Error(err)
				}
			}
		})
	}
	run := func(format string, a ...any) error { _, err := ask(t, e, fmt.Sprintf(format, a...), nil); return err }
	for w := range 2 {
		repeat(func(n int) error { return run("CREATE (:P {id: %d})", 1000*(w+1)+n) })
		repeat(func(n int) error { return run("MATCH (p:P {id: %d}) SET p.name = 'set %d'", n, n) })
		repeat(func(int) error { return run("MATCH (p:P) WHERE p.name STARTS WITH 'x' RETURN p") })
		repeat(func(n int) error {
			if run("CREATE (:P {id: 0})") == nil {
				return errors.New("a duplicate key was accepted")
			}
			return nil
		})
	}
	repeat(func(n int) error {
		return errors.Join(run("CREATE NODE TABLE T%d(id INT64, PRIMARY KEY(id)); CREATE (:T%d {id: 1})", n, n), run("DROP TABLE T%d", n))
	})
	repeat(func(int) error {
		return errors.Join(run("COPY P FROM '%s'", file), run("MATCH (p:P) WHERE p.id >= 100000 DELETE p"))
	})
	repeat(func(n int) error {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- e.Apply(ctx, "g", []string{fmt.Sprintf("CREATE (:P {id: %d})", 50000+n), "MATCH (p:P {id: 20}) SET p.name = 'applied'", "MATCH (p:P) WHERE p.id >= 50000 DELETE p"})
		}()
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
		return nil
	})
	group.Wait()
	rows, err := ask(t, e, "MATCH (p:P) RETURN count(*), max(p.id)", nil)
	if want := [][]any{{int64(1000 + 2*rounds), int64(2000 + rounds - 1)}}; err != nil || !reflect.DeepEqual(rows, want) {
		t.Errorf("%v, %v, want %v", rows, err, want)
	}
}
