package kuzu_test

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/kuzu"
)

var malformedIDs = []string{
	"", " ", "a b", "a/b", `a\b`, ".", "..", "a..b", "a.b", "a:b", "a%2Fb", "ä", "日", "a\x00", "a\n", "a?streaming=true", strings.Repeat("x", 65), strings.Repeat("x", 1<<20),
}

// onGraph are the operations that are about a graph.
var onGraph = map[string]func(context.Context, *kuzu.Client) error{
	"queryDatabase": func(ctx context.Context, c *kuzu.Client) error {
		_, err := c.Query(ctx, "RETURN 1", nil)
		return err
	},
	"queryDatabase as": func(ctx context.Context, c *kuzu.Client) error {
		_, err := kuzu.QueryAs[int](ctx, c, "RETURN 1", nil)
		return err
	},
	"queryDatabase stream": func(ctx context.Context, c *kuzu.Client) error {
		rows := c.Stream(ctx, "RETURN 1", nil)
		defer rows.Close()
		if rows.Next() {
			return errors.New("there is a row")
		}
		return rows.Err()
	},
	"queryDatabase stream as": func(ctx context.Context, c *kuzu.Client) error {
		for _, err := range kuzu.StreamAs[int](ctx, c, "RETURN 1", nil) {
			return err
		}
		return nil
	},
	"createDatabase": func(ctx context.Context, c *kuzu.Client) error { return c.CreateDatabase(ctx, kuzu.DatabaseSpec{}) },
	"deleteDatabase": func(ctx context.Context, c *kuzu.Client) error { return c.DeleteDatabase(ctx) },
	"getDatabase": func(ctx context.Context, c *kuzu.Client) error {
		_, err := c.Database(ctx)
		return err
	},
	"installSchema": func(ctx context.Context, c *kuzu.Client) error { return c.InstallSchema(ctx, personDDL) },
	"getSchema": func(ctx context.Context, c *kuzu.Client) error {
		_, err := c.Schema(ctx)
		return err
	},
	"getDatabase exists": func(ctx context.Context, c *kuzu.Client) error {
		_, err := c.DatabaseExists(ctx)
		return err
	},
	"getDatabase ensure": func(ctx context.Context, c *kuzu.Client) error {
		_, err := c.EnsureDatabase(ctx, kuzu.DatabaseSpec{})
		return err
	},
	"getDatabaseMetrics": func(ctx context.Context, c *kuzu.Client) error {
		_, err := c.DatabaseMetrics(ctx)
		return err
	},
	"queryDatabase node": func(ctx context.Context, c *kuzu.Client) error {
		_, err := c.NodeExists(ctx, "Person", kuzu.Params{"id": 933})
		return err
	},
	"getDatabase copy": func(ctx context.Context, c *kuzu.Client) error {
		_, err := c.Copy(ctx, kuzu.CopyRequest{Pattern: "s3://b/f.csv", Table: "Person"})
		return err
	},
	"createBackup": func(ctx context.Context, c *kuzu.Client) error {
		_, err := c.Backup(ctx, kuzu.BackupRequest{})
		return err
	},
	"downloadBackup stream": func(ctx context.Context, c *kuzu.Client) error {
		_, err := c.DownloadBackup(ctx, io.Discard)
		return err
	},
	"restoreDatabase": func(ctx context.Context, c *kuzu.Client) error {
		_, err := c.Restore(ctx, kuzu.RestoreRequest{Path: "s3://b/kg1.zip"})
		return err
	},
	"restoreDatabase upload": func(ctx context.Context, c *kuzu.Client) error {
		_, err := c.Restore(ctx, kuzu.RestoreRequest{Archive: strings.NewReader("PK")})
		return err
	},
	"ingestFiles": func(ctx context.Context, c *kuzu.Client) error {
		_, err := c.Ingest(ctx, kuzu.IngestRequest{Bucket: "b", Files: []string{"f.csv"}})
		return err
	},
	"ingestFiles sync": func(ctx context.Context, c *kuzu.Client) error {
		_, err := c.IngestSync(ctx, kuzu.IngestRequest{Bucket: "b", Files: []string{"f.csv"}})
		return err
	},
}

func TestMalformedGraphIDsAreNotSent(t *testing.T) {
	srv := serve(t, says(200, asJSON, "{}"))
	c, err := kuzu.New(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for name, op := range onGraph {
		t.Run(name, func(t *testing.T) {
			wantError(t, op(t.Context(), c), kuzu.KindInvalidRequest, "graph id: it is empty; name the graph with WithGraph or ForGraph")
			for _, id := range malformedIDs {
				err := op(t.Context(), c.ForGraph(id))
				wantError(t, err, kuzu.KindInvalidRequest, strings.Fields(name)[0], "graph id")
				if text := err.Error(); len(text) > 5<<10 {
					t.Errorf("the error has %d bytes", len(text))
				}
			}
		})
	}
	srv.wantNothingSent(t)
}

// TestStatementsAreRefused: each of these would reach the server and come back
// as something else, or not at all.
func TestStatementsAreRefused(t *testing.T) {
	srv := serve(t, says(200, asJSON, "{}"))
	c := srv.client(t)
	cyclic := map[string]any{}
	cyclic["self"] = cyclic
	for _, test := range []struct {
		name, statement string
		params          kuzu.Params
		kind            kuzu.Kind
		plainOnly       bool
		pieces          []string
	}{
		{"nothing", " \n", nil, kuzu.KindSyntax, false, []string{"line 2", "no statement"}},
		{"two statements", "RETURN 1;\nRETURN 2", nil, kuzu.KindSyntax, false, []string{"line 2, column 1", "send each on its own"}},
		{"open string", "RETURN 'a", nil, kuzu.KindSyntax, false, []string{"line 1, column 8", "close it with '"}},
		{"not UTF-8", "RETURN '\xff'", nil, kuzu.KindSyntax, false, []string{"UTF-8"}},
		{"too long", "RETURN '" + strings.Repeat("ä", 10_000) + "'", nil, kuzu.KindInvalidRequest, false, []string{"10009 characters", "takes 10000", "parameters"}},
		{"forbidden keyword", "MATCH (n) WHERE n.status = 'immigrant' RETURN n", nil, kuzu.KindForbidden, false, []string{`"GRANT"`, "move a literal into a parameter"}},
		{"missing parameter", "RETURN $id + $other", kuzu.Params{"other": 1}, kuzu.KindInvalidRequest, false, []string{`used without a value: "id"`, "bind every one"}},
		{"parameter of another case", "RETURN $id", kuzu.Params{"ID": 1}, kuzu.KindInvalidRequest, false, []string{`"id"`, `"ID"`}},
		{"extra parameter", "RETURN 1", kuzu.Params{"id": "s3cr3t"}, kuzu.KindInvalidRequest, false, []string{`bound but not used: "id"`, "remove them"}},
		{"number too large", "RETURN $id", kuzu.Params{"id": int64(1_000_000_000_000_001)}, kuzu.KindInvalidRequest, true, []string{"$id", "larger than 1e15", "CAST($id AS INT64)", "or use Stream"}},
		{"number too small", "RETURN $id", kuzu.Params{"id": math.MinInt64}, kuzu.KindInvalidRequest, true, []string{"$id is larger than 1e15"}},
		{"named number", "RETURN $id", kuzu.Params{"id": named(2e15)}, kuzu.KindInvalidRequest, true, []string{"$id is larger than 1e15"}},
		{"float too large", "RETURN $id", kuzu.Params{"id": 1.1e15}, kuzu.KindInvalidRequest, true, []string{"$id is larger than 1e15"}},
		{"NaN", "RETURN $id", kuzu.Params{"id": math.NaN()}, kuzu.KindInvalidRequest, false, []string{"$id of type float64", "NaN or infinite"}},
		{"infinite element", "RETURN $id", kuzu.Params{"id": []any{1, math.Inf(1)}}, kuzu.KindInvalidRequest, false, []string{"$id", "NaN or infinite"}},
		{"channel", "RETURN $id", kuzu.Params{"id": make(chan int)}, kuzu.KindInvalidRequest, false, []string{"$id of type chan int", "no form in JSON"}},
		{"function in a map", "RETURN $id", kuzu.Params{"id": map[string]any{"a": func() {}}}, kuzu.KindInvalidRequest, false, []string{"$id", "no form in JSON"}},
		{"value in itself", "RETURN $id", kuzu.Params{"id": cyclic}, kuzu.KindInvalidRequest, false, []string{"$id", "contains itself"}},
		{"value that fails", "RETURN $id", kuzu.Params{"id": failing("s3cr3t")}, kuzu.KindInvalidRequest, false, []string{"$id", "no form in JSON"}},
		{"body too large", "RETURN $id, $more, $rest, $last", kuzu.Params{"id": slices.Repeat([]any{"s3cr3t", nil, true, []int{1}, 1.5}, 200), "more": strings.Repeat("x", 9_000), "rest": slices.Repeat([]string{strings.Repeat("x", 900)}, 50), "last": slices.Repeat([]string{strings.Repeat("x", 900)}, 50)}, kuzu.KindTooLarge, false, []string{"the request body has 10", "takes 100000", "split it", "WithMaxRequestBytes"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := c.Query(t.Context(), test.statement, test.params)
			wantError(t, err, test.kind, test.pieces...)
			if strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("the error repeats a value: %v", err)
			}
			if test.plainOnly {
				return
			}
			rows := c.Stream(t.Context(), test.statement, test.params)
			if rows.Next() {
				t.Error("there is a row")
			}
			wantError(t, rows.Err(), test.kind, test.pieces...)
		})
	}
	srv.wantNothingSent(t)
}

func TestOtherRequestsAreRefused(t *testing.T) {
	srv := serve(t, says(200, asJSON, "{}"))
	c := srv.client(t)
	ingest := func(req kuzu.IngestRequest) error {
		_, err := c.Ingest(t.Context(), req)
		_, syncErr := c.IngestSync(t.Context(), req)
		if err == nil || syncErr == nil || err.Error() != syncErr.Error() {
			t.Errorf("Ingest says %v, IngestSync %v", err, syncErr)
		}
		return err
	}
	create := func(spec kuzu.DatabaseSpec) error { return c.CreateDatabase(t.Context(), spec) }
	task := func(id string) error {
		_, err := c.Task(t.Context(), id)
		return err
	}
	for name, test := range map[string]struct {
		err    error
		pieces []string
	}{
		"no files":                {ingest(kuzu.IngestRequest{Bucket: "b"}), []string{"no Files; name at least one"}},
		"too many files":          {ingest(kuzu.IngestRequest{Bucket: "b", Files: make([]string, 1001)}), []string{"1001 Files", "at most 1000"}},
		"file without a name":     {ingest(kuzu.IngestRequest{Bucket: "b", Files: []string{"a.csv", ""}}), []string{"Files[1]", "name a file"}},
		"file without a bucket":   {ingest(kuzu.IngestRequest{Files: []string{"s3://b/a.csv", "b.csv"}}), []string{"no Bucket", `Files[1]`, `"b.csv"`, "s3://bucket/key"}},
		"priority too high":       {ingest(kuzu.IngestRequest{Bucket: "b", Files: []string{"a.csv"}, Priority: 11}), []string{"Priority of 11", "1 to 10"}},
		"priority too low":        {ingest(kuzu.IngestRequest{Bucket: "b", Files: []string{"a.csv"}, Priority: -1}), []string{"Priority of -1"}},
		"no DDL to install":       {c.InstallSchema(t.Context(), " \n"), []string{"the DDL is empty", "CREATE NODE TABLE"}},
		"DDL that is no schema":   {c.InstallSchema(t.Context(), personDDL+";\nDROP TABLE Person"), []string{"line 2, column 1", `statement 3, "DROP TABLE Person"`}},
		"custom schema, no DDL":   {create(kuzu.DatabaseSpec{Schema: kuzu.SchemaCustom}), []string{"custom schema needs DDL"}},
		"semicolon in DDL":        {create(kuzu.DatabaseSpec{DDL: "COMMENT ON TABLE T IS 'a;b'"}), []string{"DDL: line 1, column 25", "semicolon within a string"}},
		"DDL for another schema":  {create(kuzu.DatabaseSpec{Schema: kuzu.SchemaEntity, DDL: "x"}), []string{"DDL goes with the custom schema", `"entity"`}},
		"shared, no repository":   {create(kuzu.DatabaseSpec{Schema: kuzu.SchemaShared}), []string{"shared schema needs Repository"}},
		"repository, not shared":  {create(kuzu.DatabaseSpec{Schema: kuzu.SchemaEntity, Repository: "sec"}), []string{"Repository goes with the shared schema"}},
		"repository and DDL":      {create(kuzu.DatabaseSpec{DDL: "x", Repository: "sec"}), []string{"Repository goes with the shared schema"}},
		"task without an id":      {task(""), []string{"task_id", "give the id as the server named it"}},
		"task in another place":   {task("../databases"), []string{"task_id"}},
		"task of a strange place": {task(".."), []string{"task_id"}},
	} {
		t.Run(name, func(t *testing.T) { wantError(t, test.err, kuzu.KindInvalidRequest, test.pieces...) })
	}
	_, err := c.WaitTask(t.Context(), "", nil)
	wantError(t, err, kuzu.KindInvalidRequest, "task_id")
	srv.wantNothingSent(t)
}

// TestBodyLimits goes to the edge of the limits that servers have by default.
func TestBodyLimits(t *testing.T) {
	for name, test := range map[string]struct {
		limit int
		send  func(c *kuzu.Client, size int) error
		opts  []kuzu.Option
	}{
		"query": {100_000, func(c *kuzu.Client, size int) error {
			rows := c.Stream(t.Context(), "RETURN $x", kuzu.Params{"x": strings.Repeat("x", size)})
			defer rows.Close()
			rows.Next()
			return rows.Err()
		}, nil},
		"schema": {1 << 20, func(c *kuzu.Client, size int) error { return c.InstallSchema(t.Context(), longDDL(size)) }, nil},
		"other": {10 << 20, func(c *kuzu.Client, size int) error {
			return c.CreateDatabase(t.Context(), kuzu.DatabaseSpec{DDL: strings.Repeat("x", size)})
		}, nil},
		"as set": {1000, func(c *kuzu.Client, size int) error { return c.InstallSchema(t.Context(), longDDL(size)) },
			[]kuzu.Option{kuzu.WithMaxRequestBytes(1000)}},
	} {
		t.Run(name, func(t *testing.T) {
			srv := serve(t, says(http.StatusTeapot, "text/plain", ""))
			c := srv.client(t, test.opts...)
			_ = test.send(c, 100) // to learn what stands around the text
			around := len(srv.asked()[0].body) - 100
			wantError(t, test.send(c, test.limit-around+1), kuzu.KindTooLarge, "WithMaxRequestBytes")
			if n := len(srv.asked()); n != 1 {
				t.Fatalf("%d requests were sent", n)
			}
			wantError(t, test.send(c, test.limit-around), kuzu.KindInvalidRequest) // the teapot
			if asked := srv.asked(); len(asked) != 2 || len(asked[1].body) != test.limit {
				t.Errorf("a body of the limit's size was not sent")
			}
		})
	}
}

// longDDL is DDL of a size that a server lets through, from that of its fixed
// parts on.
func longDDL(size int) string {
	const begin, end = "CREATE NODE TABLE T(id INT64 PRIMARY KEY, ", " STRING)"
	return begin + strings.Repeat("x", max(size-len(begin)-len(end), 1)) + end
}

type named int64

type failing string

func (f failing) MarshalText() ([]byte, error) { return nil, errors.New(string(f)) }
