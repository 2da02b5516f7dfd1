package kuzu_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
)

const personDDL = "CREATE NODE TABLE Person(id INT64, name STRING, PRIMARY KEY(id)); CREATE REL TABLE Knows(FROM Person TO Person, since INT64)"

func TestDatabasesComeAndGo(t *testing.T) {
	ctx := t.Context()
	url, _ := mockWith(t, mockserver.Config{MaxDatabases: 2})
	c := connect(t, url)
	_, err := c.Database(ctx)
	wantError(t, err, kuzu.KindNotFound, "Database social not found")
	wantError(t, c.DeleteDatabase(ctx), kuzu.KindNotFound, "Database social not found")

	if err := c.CreateDatabase(ctx, kuzu.DatabaseSpec{DDL: personDDL}); err != nil {
		t.Fatal(err)
	}
	wantError(t, c.CreateDatabase(ctx, kuzu.DatabaseSpec{}), kuzu.KindConflict, "createDatabase", `"social"`, "already exists")
	if err := c.ForGraph("sec").CreateDatabase(ctx, kuzu.DatabaseSpec{Repository: "sec"}); err != nil {
		t.Fatal(err)
	}
	wantError(t, c.ForGraph("third").CreateDatabase(ctx, kuzu.DatabaseSpec{}), kuzu.KindCapacity, "Maximum database capacity reached (2); delete a graph or use another server")
	if err := c.ForGraph("social_dev").CreateDatabase(ctx, kuzu.DatabaseSpec{Subgraph: true}); err != nil {
		t.Errorf("a subgraph takes no place: %v", err)
	}

	info, err := c.Database(ctx)
	if err != nil || info.GraphID != "social" || !info.IsHealthy {
		t.Errorf("got %+v, %v", info, err)
	}
	list, err := c.Databases(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, database := range list.Databases {
		ids = append(ids, database.GraphID)
	}
	if !slices.Equal(ids, []string{"sec", "social", "social_dev"}) || list.NodeCapacity.MaxDatabases != 2 {
		t.Errorf("got %v, %+v", ids, list.NodeCapacity)
	}
	if err := c.DeleteDatabase(ctx); err != nil {
		t.Fatal(err)
	}
	_, err = c.Database(ctx)
	wantError(t, err, kuzu.KindNotFound)
}

func TestReadOnlyNodes(t *testing.T) {
	url, _ := mockWith(t, mockserver.Config{ReadOnly: true})
	c := connect(t, url)
	for operation, err := range map[string]error{
		"createDatabase": c.CreateDatabase(t.Context(), kuzu.DatabaseSpec{}),
		"deleteDatabase": c.DeleteDatabase(t.Context()),
		"installSchema":  c.InstallSchema(t.Context(), personDDL),
	} {
		wantError(t, err, kuzu.KindForbidden, operation, "read-only")
	}
}

func TestCreateDatabaseOnTheWire(t *testing.T) {
	for name, test := range map[string]struct {
		spec kuzu.DatabaseSpec
		want map[string]any
	}{
		"nothing said":     {kuzu.DatabaseSpec{}, map[string]any{"schema_type": "entity"}},
		"DDL":              {kuzu.DatabaseSpec{DDL: "x"}, map[string]any{"schema_type": "custom", "custom_schema_ddl": "x"}},
		"DDL, and said so": {kuzu.DatabaseSpec{Schema: kuzu.SchemaCustom, DDL: "x"}, map[string]any{"schema_type": "custom", "custom_schema_ddl": "x"}},
		"repository":       {kuzu.DatabaseSpec{Repository: "sec"}, map[string]any{"schema_type": "shared", "repository_name": "sec"}},
		"subgraph":         {kuzu.DatabaseSpec{Schema: kuzu.SchemaEntity, Subgraph: true}, map[string]any{"schema_type": "entity", "is_subgraph": true}},
	} {
		t.Run(name, func(t *testing.T) {
			// 201 is what the server of tomorrow may say.
			srv := serve(t, says(201, asJSON, `{"status":"success","graph_id":"social","database_path":"/x","schema_applied":true,"execution_time_ms":1}`))
			if err := srv.client(t).CreateDatabase(t.Context(), test.spec); err != nil {
				t.Fatal(err)
			}
			var got map[string]any
			if err := json.Unmarshal([]byte(srv.asked()[0].body), &got); err != nil {
				t.Fatal(err)
			}
			test.want["graph_id"] = "social"
			if !maps.Equal(got, test.want) {
				t.Errorf("sent %v, want %v", got, test.want)
			}
		})
	}
}

// TestCreateDatabaseWithBrokenDDL: the server says success, and the database is
// there, half made.
func TestCreateDatabaseWithBrokenDDL(t *testing.T) {
	url, _ := mockWith(t, mockserver.Config{})
	c := connect(t, url)
	err := c.CreateDatabase(t.Context(), kuzu.DatabaseSpec{DDL: "CREATE NODE TABLE Person(id INT64, PRIMARY KEY(id)); CREATE REL TABLE Knows(FROM Person TO Nobody)"})
	wantError(t, err, kuzu.KindExecution, "the database was created", "install the schema, or delete the database")
	schema, err := c.Schema(t.Context())
	if err != nil || !slices.Equal(schema.NodeTables, []string{"Person"}) {
		t.Errorf("what stayed is %+v, %v", schema, err)
	}
}

func TestSchemas(t *testing.T) {
	c := mock(t, nil)
	for name, test := range map[string]struct {
		ddl   string
		kind  kuzu.Kind
		wants []string
	}{
		"of no statements": {"DROP TABLE Person", kuzu.KindInvalidRequest, []string{`statement 1, "DROP TABLE Person"`}},
		"of one that fails": {"CREATE NODE TABLE A(id INT64, PRIMARY KEY(id)); CREATE REL TABLE B(FROM A TO Nobody)", kuzu.KindSyntax,
			[]string{"Failed to execute DDL statement 2: Binder exception: Table Nobody does not exist."}},
		"that does not parse": {"CREATE NODE TABLE A(id)", kuzu.KindSyntax, []string{"Parser exception"}},
	} {
		t.Run(name, func(t *testing.T) {
			wantError(t, c.InstallSchema(t.Context(), test.ddl), test.kind, append(test.wants, "installSchema", `"social"`)...)
		})
	}
	if schema, err := c.Schema(t.Context()); err != nil || len(schema.Tables) != 0 {
		t.Errorf("a schema that failed has left %+v, %v", schema.Tables, err)
	}
	if err := c.InstallSchema(t.Context(), personDDL); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Schema(t.Context())
	if err != nil || !slices.Equal(schema.NodeTables, []string{"Person"}) || !slices.Equal(schema.RelTables, []string{"Knows"}) {
		t.Errorf("got %+v, %v", schema, err)
	}
	if table := schema.Tables[0]; table.Name != "Person" || table.Type != "NODE" || len(table.Properties) != 2 {
		t.Errorf("got %+v", table)
	}
	wantError(t, c.ForGraph("nowhere").InstallSchema(t.Context(), personDDL), kuzu.KindNotFound)
}

// TestSchemaFailures come with status 200, as all answers of this operation.
func TestSchemaFailures(t *testing.T) {
	for body, want := range map[string]kuzu.Kind{
		`{"success":false,"message":"","statements_executed":0}`:                                                                                         kuzu.KindProtocol,
		`{"success":false,"message":"Failed to execute DDL statement 1: Interrupted."}`:                                                                  kuzu.KindTimeout,
		`{"success":false,"message":"Failed to execute DDL statement 1: IO exception: full"}`:                                                            kuzu.KindExecution,
		`{"success":false,"message":"Schema installation failed: Runtime exception: full"}`:                                                              kuzu.KindExecution,
		`{"success":false,"message":"Schema installation failed: 400: DDL statement 1 contains forbidden operations or doesn't match allowed patterns"}`: kuzu.KindInvalidRequest,
		`{"success":false,"message":"Schema installation failed: 400: no"}`:                                                                              kuzu.KindInvalidRequest,
	} {
		wantError(t, serve(t, says(200, asJSON, body)).client(t).InstallSchema(t.Context(), personDDL), want, "installSchema")
	}
}
