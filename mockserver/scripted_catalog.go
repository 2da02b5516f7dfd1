package mockserver

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Table is a table of a [Scripted] database with its rows. Rows of a REL table
// begin with the keys of the two nodes, and its Columns with two without a name.
type Table struct {
	Name     string   // as CREATE named it
	Columns  []Column // in the order of CREATE
	From, To string   // tables of nodes; "" for a table of nodes
	Rows     [][]any  // one value a column, in the order of loading
}

// Column is a column of a [Table].
type Column struct {
	Name, Type string // Type is a Kuzu type such as INT64
	Primary    bool   // it is the table's primary key
}

// clone returns a table whose rows are those of this moment.
func (t *Table) clone() *Table {
	c := *t
	c.Rows = slices.Clip(t.Rows) // so that appending to one leaves the other alone
	return &c
}

func (t *Table) kind() string {
	if t.From != "" {
		return relTable
	}
	return nodeTable
}

var (
	createTable = regexp.MustCompile(`(?i)^CREATE (NODE|REL) TABLE (IF NOT EXISTS )?(\w+) ?\((.*)\)$`)
	primaryKey  = regexp.MustCompile(`(?i)^PRIMARY KEY ?\( ?(\w+) ?\)$`)
	fromTo      = regexp.MustCompile(`(?i)^FROM (\w+) TO (\w+)$`)
	columnDef   = regexp.MustCompile(`(?i)^(\w+) ([A-Z0-9_]+(?: ?\([^)]*\)|\[\d*\])*)( PRIMARY KEY)?$`)
	copyFrom    = regexp.MustCompile(`(?i)^COPY (\w+) FROM "([^"]*)"(?: ?\( ?(IGNORE_ERRORS) ?= ?TRUE ?\))?$`)
	showTables  = regexp.MustCompile(`(?i)^CALL SHOW_TABLES\(\) RETURN (\*|[\w, ]+)$`)
	tableInfo   = regexp.MustCompile("(?i)^CALL TABLE_INFO\\('(\\w+)'\\) RETURN (\\*|[\\w,` ]+)$")
)

// builtIn runs the statements that every scripted database understands. The
// caller holds the engine's lock.
func (db *scriptedDatabase) builtIn(cypher string) (Answer, error) {
	if m := createTable.FindStringSubmatch(cypher); m != nil {
		return db.create(m[1], m[3], m[4], m[2] != "")
	}
	if m := copyFrom.FindStringSubmatch(cypher); m != nil {
		return db.copy(m[1], m[2], m[3] != "")
	}
	if m := showTables.FindStringSubmatch(cypher); m != nil {
		return db.showTables().project(m[1])
	}
	if m := tableInfo.FindStringSubmatch(cypher); m != nil {
		table := db.table(m[1])
		if table == nil {
			return Answer{}, engineError("Catalog exception: %s does not exist in catalog.", m[1])
		}
		return table.info().project(m[2])
	}
	switch cypher {
	case "RETURN 1":
		return Answer{[]string{"1"}, [][]any{{int64(1)}}}, nil
	case "MATCH (n) RETURN count(n)":
		return db.count("COUNT(n._ID)", nodeTable), nil
	case "MATCH ()-[r]->() RETURN count(r)":
		return db.count("COUNT(r._ID)", relTable), nil
	}
	return Answer{}, engineError("Runtime exception: nothing is scripted for this statement; add it with Scripted.Handle")
}

func (db *scriptedDatabase) table(name string) *Table {
	for _, t := range db.tables {
		if t.Name == name {
			return t
		}
	}
	return nil
}

func (db *scriptedDatabase) create(kind, name, body string, ifMissing bool) (Answer, error) {
	if db.table(name) != nil {
		if ifMissing {
			return Answer{[]string{"result"}, [][]any{{fmt.Sprintf("Table %s already exists.", name)}}}, nil
		}
		return Answer{}, engineError("Binder exception: %s already exists in catalog.", name)
	}
	table := &Table{Name: name}
	for _, part := range splitTop(body) {
		if m := primaryKey.FindStringSubmatch(part); m != nil {
			i := slices.IndexFunc(table.Columns, func(c Column) bool { return c.Name == m[1] })
			if i < 0 {
				return Answer{}, engineError("Binder exception: Primary key %s does not match any of the predefined node properties.", m[1])
			}
			table.Columns[i].Primary = true
		} else if m := fromTo.FindStringSubmatch(part); m != nil {
			for _, name := range m[1:] {
				end := db.table(name)
				if end == nil || end.kind() != nodeTable {
					return Answer{}, engineError("Binder exception: Table %s does not exist.", name)
				}
				table.Columns = append(table.Columns, Column{Type: end.Columns[end.keyColumn()].Type})
			}
			table.From, table.To = m[1], m[2]
		} else if m := columnDef.FindStringSubmatch(part); m != nil {
			table.Columns = append(table.Columns, Column{Name: m[1], Type: strings.ToUpper(m[2]), Primary: m[3] != ""})
		} else {
			return Answer{}, engineError("Parser exception: the scripted engine does not understand %q", part)
		}
	}
	switch {
	case strings.EqualFold(kind, relTable) != (table.kind() == relTable):
		return Answer{}, engineError("Parser exception: the scripted engine wants FROM and TO in a REL table, and only there")
	case table.kind() == nodeTable && table.keyColumn() < 0:
		return Answer{}, engineError("Parser exception: Can not find primary key.")
	}
	db.tables = append(db.tables, table)
	db.modified = time.Now()
	return Answer{[]string{"result"}, [][]any{{fmt.Sprintf("Table %s has been created.", name)}}}, nil
}

// keyColumn returns the index of the primary key, -1 if there is none.
func (t *Table) keyColumn() int {
	return slices.IndexFunc(t.Columns, func(c Column) bool { return c.Primary })
}

// splitTop splits at the commas that stand in no parentheses.
func splitTop(s string) []string {
	var parts []string
	depth, start := 0, 0
	for i, c := range s + "," {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				parts = append(parts, strings.TrimSpace(s[start:i]))
				start = i + 1
			}
		}
	}
	return parts
}

func (db *scriptedDatabase) showTables() Answer {
	answer := Answer{Columns: []string{"id", "name", "type", "database name", "comment"}}
	for i, t := range db.tables {
		answer.Rows = append(answer.Rows, []any{uint64(i), t.Name, t.kind(), "local(kuzu)", ""})
	}
	return answer
}

func (t *Table) info() Answer {
	answer := Answer{Columns: []string{"property id", "name", "type", "default expression", "primary key"}}
	if t.kind() == relTable {
		answer.Columns[4] = "storage_direction"
	}
	for i, c := range t.Columns {
		switch {
		case t.kind() == relTable && c.Name == "": // the ends are not properties
		case t.kind() == relTable:
			answer.Rows = append(answer.Rows, []any{int32(i - 1), c.Name, c.Type, "NULL", "both"}) // 0 is the engine's own
		default:
			answer.Rows = append(answer.Rows, []any{int32(i), c.Name, c.Type, "NULL", c.Primary})
		}
	}
	return answer
}

func (db *scriptedDatabase) count(column, kind string) Answer {
	n := 0
	for _, t := range db.tables {
		if t.kind() == kind {
			n += len(t.Rows)
		}
	}
	return Answer{[]string{column}, [][]any{{int64(n)}}}
}

// project keeps the columns that a RETURN names.
func (a Answer) project(columns string) (Answer, error) {
	if columns == "*" {
		return a, nil
	}
	picked := Answer{}
	var indexes []int
	for name := range strings.SplitSeq(columns, ",") {
		name = strings.Trim(strings.TrimSpace(name), "`")
		i := slices.Index(a.Columns, name)
		if i < 0 {
			return Answer{}, engineError("Binder exception: Variable %s is not in scope.", name)
		}
		picked.Columns = append(picked.Columns, name)
		indexes = append(indexes, i)
	}
	for _, row := range a.Rows {
		values := make([]any, len(indexes))
		for j, i := range indexes {
			values[j] = row[i]
		}
		picked.Rows = append(picked.Rows, values)
	}
	return picked, nil
}
