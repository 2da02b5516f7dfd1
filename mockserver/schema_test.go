package mockserver_test

import (
	"fmt"
	"strings"
	"testing"
)

const socialDDL = "CREATE NODE TABLE Person(id INT64, name STRING, since INT64, PRIMARY KEY(id)); CREATE REL TABLE Knows(FROM Person TO Person, since INT64)"

func TestSchema(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g", "")
		a.get("/databases/g/schema").is(200, `{"database":"g","node_tables":[],"rel_tables":[],"tables":[]}`)
		a.post("/databases/g/schema", `{"type":"ddl","ddl":"`+socialDDL+`","metadata":{"any":[1]}}`).
			is(200, `{"message":"Schema installed successfully on database g","statements_executed":2,"success":true}`)

		got := a.get("/databases/g/schema")
		schema := into[struct{ Tables []struct{ ID int } }](got)
		ids := map[int]bool{}
		for _, table := range schema.Tables {
			got.body = strings.Replace(got.body, fmt.Sprintf(`"id":%d,`, table.ID), `"id":<id>,`, 1)
			ids[table.ID] = true
		}
		if len(ids) != 2 {
			t.Errorf("ids are %v", ids)
		}
		got.is(200, `{"database":"g","node_tables":["Person"],"rel_tables":["Knows"],"tables":[`+
			`{"comment":"","id":<id>,"name":"Person","properties":[{"name":"id","primary_key":true,"type":"INT64"},{"name":"name","primary_key":false,"type":"STRING"},{"name":"since","primary_key":false,"type":"INT64"}],"type":"NODE"},`+
			`{"comment":"","id":<id>,"name":"Knows","properties":[{"name":"since","type":"INT64"}],"type":"REL"}]}`)
	})
}

// What is refused depends on the text alone.
func TestSchemaWhitelist(t *testing.T) {
	const good = "CREATE NODE TABLE Ok(id INT64, PRIMARY KEY(id))"
	tests := []struct {
		ddl string
		bad int // 1-based; 0 if it passes the list
	}{
		{good, 0},
		{" ; " + good + "\n;;", 0},
		{"create  node\ntable if not exists ok2 (id INT64, PRIMARY KEY(id))", 0},
		{" ; ;", 0},
		{"RETURN 1", 1},
		{good + "; DROP TABLE Ok", 2},
		{good + "; ALTER TABLE Ok ADD x INT64", 2},
		{"DROP DATABASE a", 1},
		{"TRUNCATE TABLE Ok", 1},
		{"DELETE FROM Ok", 1},
		{"UPDATE Ok SET x = 1", 1},
		{"GRANT x", 1},
		{"CREATE USER a", 1},
		{"LOAD CSV", 1},
		{good + `; COPY Ok FROM "x"`, 2},
		{"CREATE NODE TABLE A(id INT64, grant STRING, PRIMARY KEY(id))", 1},
		{"CREATE NODE TABLE A(id INT64, x STRING DEFAULT 'call db.x', PRIMARY KEY(id))", 1},
		{"CREATE NODE TABLE `A`(id INT64, PRIMARY KEY(id))", 1},
		{"// note\n" + good, 1},
		{"/* a; b */ " + good, 1}, // split in the comment
		{"CREATE REL TABLE GROUP G(FROM Ok TO Ok)", 1},
		{"CREATE SEQUENCE s", 1},
		{"CREATE NODE TABLE", 1},
	}
	a := start(t, scripted(t))
	for i, tt := range tests {
		name := fmt.Sprintf("g%d", i)
		a.create(name, "")
		text := strings.NewReplacer("\n", `\n`, `"`, `\"`).Replace(tt.ddl)
		r := a.post("/databases/"+name+"/schema", `{"type":"custom","ddl":"`+text+`"}`)
		if tt.bad == 0 {
			if r.status != 200 || !strings.Contains(r.body, `"success":true`) {
				t.Errorf("%q: got %d %s", tt.ddl, r.status, r.body)
			}
			continue
		}
		r.is(200, fmt.Sprintf(`{"message":"Schema installation failed: 400: DDL statement %d contains forbidden operations or doesn't match allowed patterns","statements_executed":0,"success":false}`, tt.bad))
		if got := tables(a, name); got != "[] []" {
			t.Errorf("%q left %s", tt.ddl, got)
		}
	}
}

func TestSchemaRollsBack(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g", "CREATE NODE TABLE Person(id INT64, PRIMARY KEY(id))")
		before := tables(a, "g")
		a.post("/databases/g/schema", `{"type":"ddl","ddl":"CREATE NODE TABLE A(id INT64, PRIMARY KEY(id)); ; CREATE NODE TABLE Person(id INT64, PRIMARY KEY(id)); CREATE NODE TABLE B(id INT64, PRIMARY KEY(id))"}`).
			is(200, `{"message":"Failed to execute DDL statement 2: Binder exception: Person already exists in catalog.","statements_executed":0,"success":false}`)
		if got := tables(a, "g"); got != before {
			t.Errorf("got %s, want %s", got, before)
		}
		a.post("/databases/g/schema", `{"type":"ddl","ddl":"CREATE NODE TABLE IF NOT EXISTS Person(id INT64, PRIMARY KEY(id)); CREATE NODE TABLE A(id INT64, PRIMARY KEY(id))"}`).
			is(200, `{"message":"Schema installed successfully on database g","statements_executed":2,"success":true}`)
	})
}
