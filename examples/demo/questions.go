package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/metrics"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
)

const mostConnectedQuery = `MATCH (p:Person)-[:Knows]-(friend:Person)
RETURN p.firstName + ' ' + p.lastName AS name, count(friend) AS friends, p.creationDate AS since
ORDER BY friends DESC, name LIMIT $n`

func mostConnected(ctx context.Context, c *kuzu.Client) error {
	heading("Who knows most people?")
	type person struct {
		Name    string
		Friends int
		Since   int64 // 17 digits, more than a float64 holds
	}
	people, err := kuzu.QueryAs[person](ctx, c, mostConnectedQuery, kuzu.Params{"n": 5})
	if err != nil {
		return err
	}
	t := newTable("name", "friends", "member since")
	for _, p := range people {
		t.row(p.Name, p.Friends, p.Since)
	}
	return t.print()
}

const shortestPathQuery = `MATCH path = (a:Person)-[:Knows* SHORTEST 1..10]-(b:Person)
WHERE a.id = $from AND b.id = $to
RETURN properties(nodes(path), 'firstName') AS names, length(path) AS steps`

func shortestPath(ctx context.Context, c *kuzu.Client) error {
	heading("How are two people connected?")
	type path struct {
		Names []string
		Steps int
	}
	paths, err := kuzu.QueryAs[path](ctx, c, shortestPathQuery, kuzu.Params{"from": 933, "to": 35184372090192})
	if err != nil {
		return err
	}
	t := newTable("steps", "path")
	for _, p := range paths {
		t.row(p.Steps, strings.Join(p.Names, " - "))
	}
	return t.print()
}

const colleaguesQuery = `MATCH (place:Place)<-[:LivesIn]-(p:Person)-[w:WorksAt]->(o:Organisation)
WHERE place.name = $place AND w.workFrom >= $since
RETURN p.firstName + ' ' + p.lastName AS name, o.name AS company, w.workFrom AS since
ORDER BY name, company`

func colleagues(ctx context.Context, c *kuzu.Client) error {
	heading("Where do people in Bristol work, of those who began in 2006 or later?")
	result, err := c.Query(ctx, colleaguesQuery, kuzu.Params{"place": "Bristol", "since": 2006})
	if err != nil {
		return err
	}
	t := newTable(result.Columns...)
	for _, row := range result.Rows {
		values, err := row.Values()
		if err != nil {
			return err
		}
		t.row(values...)
	}
	return t.print()
}

const friendshipsQuery = `MATCH (a:Person)-[k:Knows]->(b:Person)
RETURN a.id AS a, b.id AS b, k.creationDate AS since`

func streamFriendships(ctx context.Context, c *kuzu.Client) error {
	heading("Stream every friendship")
	type friendship struct{ A, B, Since int64 }
	var first, last friendship
	var peak uint64
	rows := 0
	started := time.Now()
	for f, err := range kuzu.StreamAs[friendship](ctx, c, friendshipsQuery, nil) {
		if err != nil {
			return err
		}
		if rows == 0 || f.Since < first.Since {
			first = f
		}
		if f.Since > last.Since {
			last = f
		}
		if rows++; rows%100 == 0 {
			peak = max(peak, heap())
		}
	}
	elapsed := time.Since(started)
	fmt.Printf("%d rows in %.3f s: %.0f rows/s; peak memory %.1f MiB (Go heap of client and server)\n",
		rows, elapsed.Seconds(), float64(rows)/elapsed.Seconds(), float64(peak)/(1<<20))
	fmt.Printf("the oldest friendship is of %d, the newest of %d\n", first.Since, last.Since)
	return nil
}

func makeMistake(ctx context.Context, c *kuzu.Client) error {
	heading("A mistake, and how it is reported")
	_, err := c.Query(ctx, "MATCH (p:Person) RETRUN p.firstName", nil)
	if !errors.Is(err, kuzu.ErrSyntax) {
		return fmt.Errorf("a syntax error was expected, and this came: %w", err)
	}
	fmt.Println(err)
	return nil
}

// table prints rows in aligned columns.
type table struct{ w *tabwriter.Writer }

func newTable(columns ...string) table {
	t := table{tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', 0)}
	fmt.Fprintln(t.w, strings.Join(columns, "\t"))
	return t
}

func (t table) row(values ...any) {
	for i, v := range values {
		if i > 0 {
			fmt.Fprint(t.w, "\t")
		}
		fmt.Fprint(t.w, v)
	}
	fmt.Fprintln(t.w)
}

func (t table) print() error { return t.w.Flush() }

// heap returns the bytes of live and not yet swept objects.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
