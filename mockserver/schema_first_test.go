package mockserver_test

import (
	"fmt"
	"testing"
)

// tables is what GET /schema says of two tables, in a form to compare.
func tables(a *api, database string) string {
	a.Helper()
	type table struct {
		Name, Type string
		Properties []struct {
			Name, Type string
			Primary    *bool `json:"primary_key"`
		}
	}
	schema := into[struct {
		Tables []table
		Nodes  []string `json:"node_tables"`
		Rels   []string `json:"rel_tables"`
	}](a.get("/databases/" + database + "/schema"))
	text := fmt.Sprint(schema.Nodes, schema.Rels)
	for _, t := range schema.Tables {
		text += fmt.Sprintf(" %s %s(", t.Type, t.Name)
		for i, p := range t.Properties {
			if i > 0 {
				text += ", "
			}
			text += p.Name + " " + p.Type
			if p.Primary != nil && *p.Primary {
				text += " KEY"
			}
		}
		text += ")"
	}
	return text
}

func TestFirstSchema(t *testing.T) {
	const (
		none   = "[] []"
		entity = "[Entity] [RELATED_TO] NODE Entity(id STRING KEY, name STRING, type STRING) REL RELATED_TO(type STRING)"
		shared = "[Entity Company] [RELATED_TO] NODE Entity(id STRING KEY, name STRING, type STRING)" +
			" NODE Company(id STRING KEY, name STRING, ticker STRING) REL RELATED_TO(type STRING)"
		one = "[A] [] NODE A(id INT64 KEY)"
	)
	tests := map[string]struct {
		fields  string
		applied bool
		tables  string
	}{
		"default":              {``, true, entity},
		"entity":               {`,"schema_type":"entity","custom_schema_ddl":"not looked at"`, true, entity},
		"shared":               {`,"schema_type":"shared","repository_name":"sec","tenant_tier":"premium"`, true, shared},
		"custom":               {`,"schema_type":"custom","custom_schema_ddl":"CREATE NODE TABLE A(id INT64, PRIMARY KEY(id));"`, true, one},
		"custom, two tables":   {`,"schema_type":"custom","custom_schema_ddl":"CREATE NODE TABLE A(id INT64, PRIMARY KEY(id)); CREATE REL TABLE R(FROM A TO A)"`, true, "[A] [R] NODE A(id INT64 KEY) REL R()"},
		"custom, not listed":   {`,"schema_type":"custom","custom_schema_ddl":"CREATE NODE TABLE A(id INT64, PRIMARY KEY(id)); RETURN 1"`, true, one},
		"custom without DDL":   {`,"schema_type":"custom"`, false, none},
		"custom with null":     {`,"schema_type":"custom","custom_schema_ddl":null`, false, none},
		"custom, only blanks":  {`,"schema_type":"custom","custom_schema_ddl":" ; ;"`, false, none},
		"custom, failing DDL":  {`,"schema_type":"custom","custom_schema_ddl":"CREATE NODE TABLE A(id INT64, PRIMARY KEY(id)); CREATE NODE TABLE A(id INT64, PRIMARY KEY(id)); CREATE NODE TABLE B(id INT64, PRIMARY KEY(id))"`, false, one},
		"unknown fields":       {`,"unknown":[1],"GRAPH_ID":"other","Schema_Type":7`, true, entity},
		"coerced is_subgraph":  {`,"is_subgraph":"yes","schema_type":"custom"`, false, none},
		"nulls where they may": {`,"repository_name":null,"custom_schema_ddl":null`, true, entity},
	}
	eachEngine(t, func(t *testing.T, a *api) {
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				a := a.in(t)
				defer a.do("DELETE", "/databases/g", "")
				a.post("/databases", `{"graph_id":"g"`+tt.fields+`}`).
					is(200, fmt.Sprintf(`{"database_path":"<dir>/g.kuzu","execution_time_ms":<n>,"graph_id":"g","schema_applied":%v,"status":"success"}`, tt.applied))
				if got := tables(a, "g"); got != tt.tables {
					t.Errorf("got  %s\nwant %s", got, tt.tables)
				}
			})
		}
	})
}

func TestSharedSchemaNeedsRepository(t *testing.T) {
	a := start(t, scripted(t))
	for _, fields := range []string{``, `,"repository_name":null`, `,"repository_name":""`} {
		a.post("/databases", `{"graph_id":"g","schema_type":"shared"`+fields+`}`).detail(400, "Shared schema type requires repository_name")
	}
	a.get("/databases/g").detail(404, "Database g not found")
}
