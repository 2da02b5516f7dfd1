package main

import (
	"testing"

	"github.com/robosystems/kuzuclient/internal/cypher"
	"github.com/robosystems/kuzuclient/kuzu"
)

func TestCompareTable(t *testing.T) {
	tables, _ := cypher.TablesOf("CREATE NODE TABLE A(id INT64, l STRING[], PRIMARY KEY(id))")
	id, list := kuzu.TableProperty{Name: "ID", Type: "INT64", PrimaryKey: true}, kuzu.TableProperty{Name: "l", Type: "STRING[]"}
	for want, old := range map[string]kuzu.Table{
		"the same":            {Type: "NODE", Properties: []kuzu.TableProperty{id, list}},
		"a table of kind REL": {Type: "REL"},
		"there; this server does not tell its columns": {Type: "NODE"},
		"different: it lacks l STRING[]":               {Type: "NODE", Properties: []kuzu.TableProperty{id}},
		"different: id is the primary key of one only": {Type: "NODE", Properties: []kuzu.TableProperty{{Name: "id", Type: "INT64"}, list}},
		"different: it also has age INT8":              {Type: "NODE", Properties: []kuzu.TableProperty{id, list, {Name: "age", Type: "INT8"}}},
		"different: l is STRING, not STRING[]":         {Type: "NODE", Properties: []kuzu.TableProperty{id, {Name: "l", Type: "STRING"}}},
	} {
		if got := compareTable(tables[0], &old); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
