package cypher

import "strings"

// TableDDL is what a statement of a schema says of the table that it creates.
type TableDDL struct {
	Statement   int // from 1
	Name        string
	Kind        string // NODE or REL
	IfNotExists bool
	Columns     []ColumnDDL
	Between     []string // the tables that a REL connects, in the order of the text
}

// ColumnDDL is a column of a table.
type ColumnDDL struct {
	Name, Type string // the type in upper case, as TypeText writes it
	PrimaryKey bool
}

// TablesOf returns the tables that the statements of a schema create, in their
// order, and how many statements do something else. It expects what CheckDDL has
// let pass; of what the engine would refuse it returns what it understands.
func TablesOf(ddl string) (tables []TableDDL, others int) {
	number := 0
	for piece := range strings.SplitSeq(ddl, ";") {
		if strings.TrimSpace(piece) == "" {
			continue
		}
		number++
		p := ddlParser{text: piece}
		scan := scanner{text: piece}
		for t := scan.next(); t.kind != none; t = scan.next() {
			if t.significant() {
				p.tokens = append(p.tokens, t)
			}
		}
		table, ok := p.table()
		if !ok {
			others++
			continue
		}
		table.Statement = number
		tables = append(tables, table)
	}
	return tables, others
}

// TypeText writes a type so that equal ones read equal: in upper case, with one
// blank where there has to be one.
func TypeText(text string) string {
	var b strings.Builder
	scan := scanner{text: text}
	before := none
	for t := scan.next(); t.kind != none; t = scan.next() {
		if !t.significant() {
			continue
		}
		if before != none && before != punct && t.kind != punct {
			b.WriteByte(' ')
		}
		b.WriteString(strings.ToUpper(text[t.start:t.end]))
		before = t.kind
	}
	return b.String()
}

// ddlParser reads one statement.
type ddlParser struct {
	text   string
	tokens []token
}

// take removes words from the front if they stand there.
func (p *ddlParser) take(words ...string) bool {
	for i, word := range words {
		if i >= len(p.tokens) || !strings.EqualFold(p.string(p.tokens[i]), word) {
			return false
		}
	}
	p.tokens = p.tokens[len(words):]
	return true
}

func (p *ddlParser) string(t token) string { return p.text[t.start:t.end] }

func (p *ddlParser) table() (t TableDDL, ok bool) {
	if !p.take("CREATE") {
		return t, false
	}
	for _, kind := range []string{"NODE", "REL"} {
		if p.take(kind, "TABLE") {
			t.Kind = kind
		}
	}
	t.IfNotExists = p.take("IF", "NOT", "EXISTS")
	if t.Kind == "" || len(p.tokens) < 2 {
		return t, false
	}
	t.Name = p.string(p.tokens[0])
	p.tokens = p.tokens[1:]
	for _, part := range p.parts() {
		t.part(part)
	}
	return t, true
}

// parts are what stands between the parentheses, cut at its own commas.
func (p *ddlParser) parts() []*ddlParser {
	var parts []*ddlParser
	depth, start := 0, 1
	for i, t := range p.tokens {
		switch p.string(t) {
		case "(", "[":
			depth++
		case ")", "]":
			depth--
		case ",":
			if depth == 1 {
				parts = append(parts, &ddlParser{p.text, p.tokens[start:i]})
				start = i + 1
			}
		}
		if depth == 0 {
			return append(parts, &ddlParser{p.text, p.tokens[start:max(i, start)]})
		}
	}
	return parts
}

// part reads a column, the key, or what a REL table connects.
func (t *TableDDL) part(p *ddlParser) {
	switch {
	case p.take("PRIMARY", "KEY", "("):
		for i := range t.Columns {
			t.Columns[i].PrimaryKey = len(p.tokens) > 0 && strings.EqualFold(t.Columns[i].Name, unquote(p.string(p.tokens[0])))
		}
	case t.Kind == "REL" && len(p.tokens) > 3 && p.take("FROM"):
		t.Between = append(t.Between, unquote(p.string(p.tokens[0])), unquote(p.string(p.tokens[2])))
	case len(p.tokens) > 1 && (p.tokens[0].kind == word || p.tokens[0].kind == quoted):
		column := ColumnDDL{Name: unquote(p.string(p.tokens[0]))}
		end := len(p.tokens)
		for i, token := range p.tokens[1:] {
			switch text := strings.ToUpper(p.string(token)); text {
			case "PRIMARY":
				column.PrimaryKey = true
				end = min(end, i+1)
			case "DEFAULT":
				end = min(end, i+1)
			}
		}
		if end > 1 {
			column.Type = TypeText(p.text[p.tokens[1].start:p.tokens[end-1].end])
			t.Columns = append(t.Columns, column)
		}
	}
}

// unquote returns the name that a token means.
func unquote(name string) string {
	if len(name) > 1 && name[0] == '`' {
		return strings.ReplaceAll(name[1:len(name)-1], "``", "`")
	}
	return name
}
