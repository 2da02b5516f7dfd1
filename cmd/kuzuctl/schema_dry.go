package main

import (
	"fmt"
	"strings"

	"github.com/robosystems/kuzuclient/internal/cypher"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/transport"
)

// drySchema says of each table of a schema what applying it would do, without
// doing it, and fails as that would if it can be seen. The engine takes names for
// the same that differ in case only.
func (a *app) drySchema(ddl string, now []kuzu.Table) error {
	if err := cypher.CheckDDL(ddl); err != nil {
		return transport.Errorf(transport.KindInvalidRequest, "the schema: %v", err)
	}
	there := map[string]*kuzu.Table{}
	for i := range now {
		there[strings.ToLower(now[i].Name)] = &now[i]
	}
	tables, others := cypher.TablesOf(ddl)
	var rows [][]any
	var wrong error
	made := map[string]bool{}
	for _, t := range tables {
		state, would, err := dryTable(t, there, made)
		if wrong == nil {
			wrong = err
		}
		made[strings.ToLower(t.Name)] = true
		rows = append(rows, []any{t.Name, t.Kind, state, would})
	}
	if err := a.table([]string{"table", "kind", "now", "would"}, rows); err != nil {
		return err
	}
	if others > 0 {
		fmt.Fprintf(a.stderr, "%s more, of COMMENT ON or CREATE INDEX, not looked into\n", count(others, "statement"))
	}
	return wrong
}

// dryTable compares a table of a schema with what there is, and with what the
// statements before it make.
func dryTable(t cypher.TableDDL, there map[string]*kuzu.Table, made map[string]bool) (state, would string, err error) {
	old := there[strings.ToLower(t.Name)]
	switch {
	case old != nil:
		state = compareTable(t, old)
	case made[strings.ToLower(t.Name)]:
		state = "made by a statement before"
	default:
		state = "absent"
	}
	if state != "absent" {
		if t.IfNotExists {
			return state, "leave it as it is", nil
		}
		return state, "fail", transport.Errorf(transport.KindSyntax, "statement %d would fail, and so nothing be applied: there is a table %s; take the statement out, or write IF NOT EXISTS", t.Statement, t.Name)
	}
	for _, end := range t.Between {
		if name := strings.ToLower(end); there[name] == nil && !made[name] {
			return state, "fail", transport.Errorf(transport.KindSyntax, "statement %d would fail, and so nothing be applied: %s connects %s, which is neither there nor made before", t.Statement, t.Name, end)
		}
	}
	return state, "create it", nil
}

// compareTable tells in what a table differs from the one that a statement
// describes.
func compareTable(t cypher.TableDDL, old *kuzu.Table) string {
	if old.Type != t.Kind {
		return "a table of kind " + old.Type
	}
	if len(old.Properties) == 0 && len(t.Columns) > 0 {
		return "there; this server does not tell its columns"
	}
	var differs []string
	columns := map[string]bool{}
	for _, c := range t.Columns {
		columns[strings.ToLower(c.Name)] = true
		differs = append(differs, compareColumn(c, old.Properties)...)
	}
	for _, p := range old.Properties {
		if !columns[strings.ToLower(p.Name)] {
			differs = append(differs, "it also has "+p.Name+" "+p.Type)
		}
	}
	if differs == nil {
		return "the same"
	}
	return "different: " + strings.Join(differs, "; ")
}

func compareColumn(c cypher.ColumnDDL, properties []kuzu.TableProperty) []string {
	for _, p := range properties {
		switch {
		case !strings.EqualFold(p.Name, c.Name):
			continue
		case cypher.TypeText(p.Type) != c.Type:
			return []string{c.Name + " is " + p.Type + ", not " + c.Type}
		case p.PrimaryKey != c.PrimaryKey:
			return []string{c.Name + " is the primary key of one only"}
		}
		return nil
	}
	return []string{"it lacks " + c.Name + " " + c.Type}
}
