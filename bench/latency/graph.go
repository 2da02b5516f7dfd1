package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/robosystems/kuzuclient/bench/apart"
	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/fleet"
	"github.com/robosystems/kuzuclient/mockserver/kuzuengine"
)

const (
	data    = "../examples/demo/data" // the social network of make demo
	bucket  = "snb"
	social  = "kg1a2b3c4d5e6f7a8b" // holds it
	loads   = "kg1a2b3c4d5e6f7a8c" // is loaded into
	someone = 933
	persons = 1528

	personColumns = "(id INT64, firstName STRING, lastName STRING, gender STRING, birthday INT64, creationDate INT64, " +
		"locationIP STRING, browserUsed STRING, PRIMARY KEY(id))"
	ddl = "CREATE NODE TABLE Person" + personColumns + ";" + `
CREATE NODE TABLE Place(id INT64, name STRING, url STRING, type STRING, PRIMARY KEY(id));
CREATE REL TABLE Knows(FROM Person TO Person, creationDate INT64);
CREATE REL TABLE LivesIn(FROM Person TO Place)`
)

// serve is the other process: a fleet on the embedded engine.
func serve(ctx context.Context) error {
	root, err := os.MkdirTemp("", "kuzu-latency-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(root)
	if err := os.CopyFS(filepath.Join(root, bucket), os.DirFS(data)); err != nil {
		return err
	}
	cfg := fleet.DefaultConfig()
	cfg.APIKey, cfg.Writers, cfg.Replicas, cfg.DataRoot = "kuzu_bench_0123456789", map[string]int{"standard": 1}, 0, root
	cfg.Engine = func(string) (mockserver.Engine, error) {
		return kuzuengine.New(kuzuengine.Config{MaxDatabaseBytes: 16 << 30})
	}
	servers, err := fleet.Start(ctx, cfg)
	if err != nil {
		return err
	}
	defer servers.Close()
	return apart.Serve(servers.Env())
}

// load makes both graphs and loads the network into one.
func load(ctx context.Context, f *factory.Factory) error {
	for graph, tables := range map[string]string{social: ddl, loads: "CREATE NODE TABLE Nothing(id INT64, PRIMARY KEY(id))"} {
		if _, err := f.CreateGraph(ctx, graph, "standard", factory.GraphSpec{DatabaseSpec: kuzu.DatabaseSpec{DDL: tables}}); err != nil {
			return err
		}
	}
	c, err := f.Client(ctx, social, factory.Write)
	if err != nil {
		return err
	}
	_, err = c.IngestSync(ctx, kuzu.IngestRequest{Bucket: bucket, Files: []string{"Person.csv", "Place.csv", "Knows.csv", "LivesIn.csv"}})
	return err
}

// check holds what the queries answer against what the files say.
func check(ctx context.Context, f *factory.Factory) error {
	gotPerson, err := person(ctx, f)
	if err != nil {
		return err
	}
	gotCities, err := cities(ctx, f)
	if err != nil {
		return err
	}
	wantPerson, wantCities, err := expected()
	switch {
	case err != nil:
		return err
	case !slices.Equal(gotPerson, wantPerson):
		return fmt.Errorf("simple query: the answer is %v, the files say %v", gotPerson, wantPerson)
	case !slices.Equal(gotCities, wantCities):
		return fmt.Errorf("complex query: the answer is %v, the files say %v", gotCities, wantCities)
	}
	return nil
}

// expected answers both queries from the files.
func expected() ([]personRow, []cityRow, error) {
	var files [4][][]string
	for i, name := range []string{"Person.csv", "Knows.csv", "LivesIn.csv", "Place.csv"} {
		var err error
		if files[i], err = read(filepath.Join(data, name)); err != nil {
			return nil, nil, err
		}
	}
	self := strconv.Itoa(someone)
	var people []personRow
	for _, r := range files[0] {
		if r[0] == self {
			since, err := strconv.ParseInt(r[5], 10, 64)
			if err != nil {
				return nil, nil, err
			}
			people = append(people, personRow{ID: someone, FirstName: r[1], LastName: r[2], Since: since})
		}
	}
	friends := make(map[string][]string)
	for _, r := range files[1] {
		friends[r[0]], friends[r[1]] = append(friends[r[0]], r[1]), append(friends[r[1]], r[0])
	}
	near := make(map[string]bool)
	for _, friend := range friends[self] {
		for _, other := range friends[friend] {
			near[other] = other != self
		}
	}
	homes, names, counts := make(map[string]string), make(map[string]string), make(map[string]int64)
	for _, r := range files[2] {
		homes[r[0]] = r[1]
	}
	for _, r := range files[3] {
		names[r[0]] = r[1]
	}
	for friend, counted := range near {
		if counted {
			counts[names[homes[friend]]]++
		}
	}
	var towns []cityRow
	for city, n := range counts {
		towns = append(towns, cityRow{city, n})
	}
	slices.SortFunc(towns, func(a, b cityRow) int { return cmp.Or(cmp.Compare(b.Friends, a.Friends), cmp.Compare(a.City, b.City)) })
	return people, towns[:min(10, len(towns))], nil
}

// read returns the rows of a file without its header.
func read(name string) ([][]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '|', true
	rows, err := r.ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, fmt.Errorf("%s: no rows: %w", name, err)
	}
	return rows[1:], nil
}
