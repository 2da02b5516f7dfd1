package contract

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/robosystems/kuzuclient/gen"
)

// The statements of the suite. A scripted server has to know their answers.
const (
	schemaDDL     = "CREATE NODE TABLE contract(id INT64, name STRING, PRIMARY KEY(id))"
	returnDigits  = "RETURN 9223372036854775807 AS n"
	returnParam   = "RETURN $name AS name"
	returnDate    = "RETURN date('2020-01-02') AS day"
	wrongTable    = "MATCH (n:Nowhere) RETURN n"
	wrongSyntax   = "MATCHE (n) RETURN n"
	wrongFunction = "RETURN nosuchfunction(1) AS n"
	wrongCast     = "RETURN CAST('a' AS INT64) AS n"
	// lateFailure is a row more than a chunk, of which the last cannot be sent:
	// its value is no UTF-8.
	lateFailure = `UNWIND range(1, 1001) AS n RETURN CASE WHEN n > 1000 THEN BLOB('\\xFF') END AS v`
)

// manyRows is a statement with so many rows.
func manyRows(n int) string { return fmt.Sprintf("UNWIND range(1, %d) AS n RETURN n", n) }

func (s *session) node(ctx context.Context) {
	for _, op := range []gen.Operation{gen.OpGetHealth, gen.OpGetInfo, gen.OpGetMetrics} {
		s.send(ctx, op, request{about: "ask", want: []int{200}})
		s.send(ctx, op, request{about: "ask without a key", noKey: true, want: []int{200}})
	}
}

func (s *session) databases(ctx context.Context) {
	if got := s.create(ctx, s.graph, schemaDDL); got.field("schema_applied") != true {
		s.find(gen.OpCreateDatabase, request{about: "create"}, got, "/schema_applied", "it is not true")
	}
	for _, c := range []request{
		{about: "create again", want: []int{409}, body: map[string]any{"graph_id": s.graph}},
		{about: "create without a name", want: []int{422}, body: map[string]any{}},
		{about: "create with a malformed name", want: []int{422}, body: map[string]any{"graph_id": "a b"}},
		{about: "create with half a body", want: []int{422}, body: []byte(`{"graph_id":`)},
		{about: "create shared without a repository", want: []int{400}, body: map[string]any{"graph_id": s.graph + "s", "schema_type": "shared"}},
	} {
		s.send(ctx, gen.OpCreateDatabase, c)
	}
	if got := s.send(ctx, gen.OpListDatabases, request{about: "list", want: []int{200}}); !bytes.Contains(got.body, []byte(s.graph)) {
		s.find(gen.OpListDatabases, request{about: "list"}, got, "/databases", "it lacks the database that was created")
	}
	for _, op := range []gen.Operation{gen.OpGetDatabase, gen.OpGetDatabaseMetrics} {
		if got := s.send(ctx, op, request{about: "describe", want: []int{200}}); got.field("graph_id") != s.graph {
			s.find(op, request{about: "describe"}, got, "/graph_id", "it is not the one that was asked for")
		}
		s.send(ctx, op, request{about: "describe one that does not exist", graph: s.graph + "n", want: []int{404}})
	}
	s.send(ctx, gen.OpGetDatabaseMetrics, request{about: "describe one with a malformed name", graph: "a b", want: []int{400}})
	s.send(ctx, gen.OpDeleteDatabase, request{about: "delete one that does not exist", graph: s.graph + "n", want: []int{404}})
	s.create(ctx, s.graph+"d", "")
	s.send(ctx, gen.OpDeleteDatabase, request{about: "delete", graph: s.graph + "d", want: []int{200}})
	s.send(ctx, gen.OpGetDatabase, request{about: "describe what was deleted", graph: s.graph + "d", want: []int{404}})
}

func (s *session) queries(ctx context.Context) {
	op := gen.OpQueryDatabase
	body := func(cypher string) map[string]any { return map[string]any{"database": s.graph, "cypher": cypher} }
	got := s.send(ctx, op, request{about: "query", body: body(returnDigits), want: []int{200}})
	if !bytes.Contains(got.body, []byte("9223372036854775807")) {
		s.find(op, request{about: "query"}, got, "/data/0/n", fmt.Sprintf("the digits of 9223372036854775807 are lost in %.200q", got.body))
	}
	withParameter := body(returnParam)
	withParameter["parameters"] = map[string]any{"name": "Ada"}
	if got := s.send(ctx, op, request{about: "query with a parameter", body: withParameter, want: []int{200}}); !bytes.Contains(got.body, []byte("Ada")) {
		s.find(op, request{about: "query with a parameter"}, got, "/data/0/name", "it is not Ada")
	}
	unknownField := body(returnDigits)
	unknownField["timeout"] = 1
	malformed := []int{400, 500}
	if s.target.Can.Has(ChecksIDs) {
		malformed = []int{400}
	}
	for _, c := range []request{
		{about: "a typing error", body: body(wrongSyntax), want: []int{400}},
		{about: "a table that does not exist", body: body(wrongTable), want: []int{400}},
		{about: "a function that does not exist", body: body(wrongFunction), want: []int{400}},
		{about: "an empty text", body: body("  "), want: []int{400}},
		{about: "a conversion that fails", body: body(wrongCast), want: []int{500}},
		{about: "a forbidden word", body: body("RETURN 'immigrant' AS word"), want: []int{403}},
		{about: "a graph that does not exist", graph: s.graph + "n", body: body(returnDigits), want: []int{404}},
		{about: "a malformed graph id", graph: "a b", body: body(returnDigits), want: malformed},
		{about: "an unknown field", body: unknownField, want: []int{422}},
		{about: "no text", body: map[string]any{"database": s.graph}, want: []int{422}},
		{about: "a text that is too long", body: body("RETURN '" + strings.Repeat("x", 10_000) + "'"), want: []int{422}},
		{about: "streaming that is no boolean", query: "streaming=maybe", body: body(returnDigits), want: []int{422}},
	} {
		s.send(ctx, op, c)
	}
}

func (s *session) streams(ctx context.Context) {
	op := gen.OpQueryDatabase
	ask := func(about, cypher string) ([]chunk, answer, request) {
		r := request{about: about, query: "streaming=true", body: map[string]any{"database": s.graph, "cypher": cypher}, want: []int{200}}
		got := s.send(ctx, op, r)
		return chunks(got.body), got, r
	}
	for _, rows := range []int{0, 1, 999, 1000, 1001, 2000, 2500} {
		list, got, r := ask(fmt.Sprintf("stream %d rows", rows), manyRows(rows))
		if len(list) == 0 || list[len(list)-1].Error != nil {
			s.find(op, r, got, "", fmt.Sprintf("no rows in %.200q", got.body))
			continue
		}
		last := list[len(list)-1]
		path := fmt.Sprintf("line %d", len(list))
		if last.Total != rows {
			s.find(op, r, got, path+"/total_rows_sent", fmt.Sprintf("it is %d and should be %d", last.Total, rows))
		}
		if !last.Last && (s.target.Can.Has(EndsStreams) || rows%1000 != 0) {
			s.find(op, r, got, path+"/is_last_chunk", "no chunk is marked as the last")
		}
	}
	if list, got, r := ask("stream exact digits", returnDigits); len(list) == 0 || len(list[0].Data) == 0 || string(list[0].Data[0]["n"]) != "9223372036854775807" {
		s.find(op, r, got, "line 1/data/0/n", "it is not 9223372036854775807")
	}
	if list, got, r := ask("stream a typing error", wrongSyntax); len(list) == 0 || list[len(list)-1].Error == nil {
		s.find(op, r, got, "line 1/error", "the stream does not say why it failed")
	}
	if s.target.Can.Has(ExplainsStreams) {
		if list, got, r := ask("stream a forbidden word", "RETURN 'immigrant' AS word"); len(list) == 0 || list[0].Error == nil {
			s.find(op, r, got, "line 1/error", "the stream does not say why it failed")
		}
	}
	if s.target.Can.Has(StreamsEverything) {
		if list, got, r := ask("stream a date", returnDate); len(list) == 0 || len(list[0].Data) == 0 || string(list[0].Data[0]["day"]) != `"2020-01-02"` {
			s.find(op, r, got, "line 1/data/0/day", `it is not "2020-01-02"`)
		}
	}
}

// pace wants chunks to leave one after the other. A value of the second chunk
// cannot be encoded: a server that has sent the first one before it tried gets
// that far, and one that encodes all of them first sends none.
func (s *session) pace(ctx context.Context) {
	r := request{
		about: "stream what fails after a chunk", query: "streaming=true", want: []int{200},
		body: map[string]any{"database": s.graph, "cypher": lateFailure},
	}
	got := s.send(ctx, gen.OpQueryDatabase, r)
	list := chunks(got.body)
	if len(list) == 0 || len(list[0].Data) != 1000 {
		s.find(gen.OpQueryDatabase, r, got, "line 1/data", "the first 1000 rows were not sent before the others were encoded")
	}
	if n := len(list); n > 1 && list[n-1].Error == nil {
		s.find(gen.OpQueryDatabase, r, got, fmt.Sprintf("line %d/error", n), "the stream does not say that it failed")
	}
}

func (s *session) schemas(ctx context.Context) {
	got := s.send(ctx, gen.OpGetSchema, request{about: "list tables", want: []int{200}})
	if !bytes.Contains(got.body, []byte(`"contract"`)) {
		s.find(gen.OpGetSchema, request{about: "list tables"}, got, "/tables", "the table that was created is not there")
	}
	if s.target.Can.Has(ListsProperties) && !bytes.Contains(got.body, []byte(`"INT64"`)) {
		s.find(gen.OpGetSchema, request{about: "list tables"}, got, "/tables/0/properties", "the properties are not there")
	}
	s.send(ctx, gen.OpGetSchema, request{about: "tables of none", graph: s.graph + "n", want: []int{404}})
	s.send(ctx, gen.OpGetSchema, request{about: "tables of a malformed name", graph: "a b", want: []int{400}})
	ddl := func(text string) map[string]any { return map[string]any{"type": "ddl", "ddl": text} }
	for _, c := range []struct {
		request
		success any
	}{
		{request{about: "install", body: ddl("CREATE NODE TABLE more(id INT64, PRIMARY KEY(id))"), want: []int{200}}, true},
		{request{about: "install what is there", body: ddl(schemaDDL), want: []int{200}}, false},
		{request{about: "install what is not allowed", body: ddl("DROP TABLE contract"), want: []int{200}}, false},
		{request{about: "install nothing", body: ddl(""), want: []int{400}}, nil},
		{request{about: "install of no known type", body: map[string]any{"type": "x", "ddl": schemaDDL}, want: []int{400}}, nil},
		{request{about: "install without a type", body: map[string]any{}, want: []int{422}}, nil},
		{request{about: "install in none", graph: s.graph + "n", body: ddl(schemaDDL), want: []int{404}}, nil},
	} {
		if got := s.send(ctx, gen.OpInstallSchema, c.request); got.field("success") != c.success {
			s.find(gen.OpInstallSchema, c.request, got, "/success", fmt.Sprintf("it is %v and should be %v", got.field("success"), c.success))
		}
	}
}
