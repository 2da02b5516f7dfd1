package cypher

import "strconv"

// LimitKind tells how a statement bounds its rows.
type LimitKind uint8

const (
	// LimitUnknown is the zero value: there is no limit, or none that the text
	// tells for sure.
	LimitUnknown LimitKind = iota
	// LimitLiteral is LIMIT with a number.
	LimitLiteral
	// LimitParameter is LIMIT with a parameter.
	LimitParameter
)

// A Limit is the LIMIT of a statement's last RETURN, and so of its whole result.
type Limit struct {
	Kind LimitKind // what bounds the rows, if anything does
	// Rows is the number of a LimitLiteral, else 0.
	Rows int64
	// Parameter is the name in a LimitParameter, as in [Statement.Parameters],
	// else empty.
	Parameter string
}

// limit trusts only a statement that ends in LIMIT and one operand. LIMIT is
// the last part of a RETURN, and RETURN the last clause, so this one bounds the
// result; a LIMIT of a WITH, of a subquery or in an expression is never last.
// The two sides of a UNION have a limit each, the whole has none. EXPLAIN and
// PROFILE return a plan.
func (v *view) limit() Limit {
	if v.explained || v.unites || v.translated || !v.returns || !v.recent[1].is("LIMIT") {
		return Limit{}
	}
	switch last := v.recent[0]; last.kind {
	case parameter:
		return Limit{Kind: LimitParameter, Parameter: last.text[1:]}
	case number:
		rows, err := strconv.ParseInt(last.text, 10, 64)
		if err == nil && (last.text == "0" || last.text[0] != '0') { // 05 is two numbers to Kuzu
			return Limit{Kind: LimitLiteral, Rows: rows}
		}
	}
	return Limit{}
}
