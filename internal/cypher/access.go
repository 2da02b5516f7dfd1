package cypher

// Access tells what a statement may do to the database.
type Access uint8

const (
	// Write is the zero value: whatever is not known to be harmless.
	Write Access = iota
	// Read leaves data, catalog, sequences, settings and files as they were.
	Read
)

// String returns read or write.
func (a Access) String() string {
	if a == Read {
		return "read"
	}
	return "write"
}

func (v *view) access() Access {
	// A reading query ends in RETURN; without one a text such as "LOAD FROM"
	// means something else (here, an extension of the name FROM). A CALL on its
	// own need not have one.
	if v.writes || !v.returns && !v.calls {
		return Write
	}
	return Read
}

// judge looks at the next token, before it joins the recent ones.
//
// It rests on three facts of the grammar. What a statement is, its first word
// says. Inside a reading statement only the updating clauses, functions and
// procedures can write. And a word after '.' or ':' is a property, a label, a
// type or an operand, never a clause.
func (v *view) judge(next item) {
	previous := v.recent[0]
	named := previous.isPunct(".") || previous.isPunct(":")
	switch {
	case v.count == 1:
		v.calls = next.is("CALL")
		v.returns = next.is("RETURN")
		v.writes = next.class&opening == 0
	case v.count == 2 && previous.is("LOAD") && !next.is("FROM") && !next.is("WITH"):
		v.writes = true // LOAD EXTENSION
	case next.kind == unknown:
		v.writes = true // Kuzu refuses it, or knows a newer Unicode than we do
	case next.kind == word && !named:
		v.returns = v.returns || next.is("RETURN")
		v.unites = v.unites || next.is("UNION")
		v.writes = v.writes || next.class&writing != 0
	case next.isPunct("=") && v.recent[1].is("CALL"):
		v.writes = true // CALL setting = value
	case next.isPunct("(") && !v.harmlessBeforeParen():
		v.writes = true
	}
}

// harmlessBeforeParen reports whether the newest token, a parenthesis following,
// is anything but the name of an unknown function. Every such name counts, not
// nextval alone: it may be a macro, and macros write through nextval unseen even
// by the engine's own check.
func (v *view) harmlessBeforeParen() bool {
	name, before := v.recent[0], v.recent[1]
	switch {
	case name.kind == quoted:
		return false
	case name.kind != word:
		return true
	case before.isPunct("."):
		v.translated = v.recent[2].is("DB") && v.recent[3].is("CALL") && name.class&neo4j != 0
		return v.translated
	case before.is("CALL"):
		return name.class&procedure != 0
	case name.class&(function|reserved) != 0:
		return true
	default:
		return name.class&structural != 0 && v.operandBefore()
	}
}

// operandBefore reports whether the token before the newest one ends an
// operand or a clause, so that the newest cannot begin an operand: in
// "x MATCH (n)" MATCH is the clause, in "RETURN match(n)" it is a function.
func (v *view) operandBefore() bool {
	before, earlier := v.recent[1], v.recent[2]
	switch before.kind {
	case word:
		return before.class&introducing == 0
	case punct:
		switch before.text {
		case ")", "]", "}":
			return true
		case "*": // everything, not times
			return earlier.is("WITH") || earlier.is("RETURN") || earlier.is("DISTINCT")
		case "{": // a subquery
			return earlier.is("EXISTS") || earlier.is("COUNT")
		}
		return false
	case unknown:
		return false
	default:
		return true
	}
}
