package dynamo

import (
	"regexp"
	"slices"
	"strings"
)

// expression reads one expression of a request.
type expression struct {
	tokens []string
	at     int
	names  map[string]string
	values map[string]Value
	used   map[string]bool // names and values that some expression of the request uses
	item   Item
}

var (
	tokenPattern = regexp.MustCompile(`\s*(<>|<=|>=|[=<>(),+-]|[#:]?[A-Za-z_][A-Za-z0-9_]*)`)
	// reserved are the words among the registry's attributes that the real one
	// takes only behind a placeholder.
	reserved = []string{"status", "region", "size", "name", "state", "timestamp"}
)

func newExpression(text string, p *parameters, item Item) (*expression, error) {
	e := &expression{names: p.ExpressionAttributeNames, values: p.ExpressionAttributeValues, used: p.used, item: item}
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimSpace(rest) {
		m := tokenPattern.FindStringSubmatchIndex(rest)
		if m == nil || m[0] != 0 {
			return nil, validation("Invalid expression: Syntax error near %.20q", rest)
		}
		e.tokens, rest = append(e.tokens, rest[m[2]:m[3]]), rest[m[1]:]
	}
	return e, nil
}

// condition evaluates the condition that text is on an item; "" is true.
func condition(text string, p *parameters, item Item) (bool, error) {
	if text == "" {
		return true, nil
	}
	e, err := newExpression(text, p, item)
	if err != nil {
		return false, err
	}
	holds, err := e.or()
	if err == nil && e.at < len(e.tokens) {
		err = e.unexpected()
	}
	return holds, err
}

func (e *expression) peek() string {
	if e.at < len(e.tokens) {
		return e.tokens[e.at]
	}
	return ""
}

func (e *expression) next() string {
	token := e.peek()
	e.at++
	return token
}

func (e *expression) word(want string) bool {
	if strings.EqualFold(e.peek(), want) {
		e.at++
		return true
	}
	return false
}

func (e *expression) unexpected() error {
	return validation("Invalid expression: Syntax error; token: %q", e.peek())
}

func (e *expression) or() (bool, error) {
	holds, err := e.and()
	for err == nil && e.word("OR") {
		var also bool
		also, err = e.and()
		holds = holds || also
	}
	return holds, err
}

func (e *expression) and() (bool, error) {
	holds, err := e.not()
	for err == nil && e.word("AND") {
		var also bool
		also, err = e.not()
		holds = holds && also
	}
	return holds, err
}

func (e *expression) not() (bool, error) {
	if e.word("NOT") {
		holds, err := e.not()
		return !holds, err
	}
	if e.word("(") {
		holds, err := e.or()
		if err == nil && !e.word(")") {
			err = e.unexpected()
		}
		return holds, err
	}
	for function, want := range map[string]bool{"attribute_exists": true, "attribute_not_exists": false} {
		if e.peek() == function {
			e.at++
			return e.exists(want)
		}
	}
	return e.comparison()
}

func (e *expression) exists(want bool) (bool, error) {
	if !e.word("(") {
		return false, e.unexpected()
	}
	path, err := e.path()
	if err == nil && !e.word(")") {
		err = e.unexpected()
	}
	_, there := e.item[path]
	return there == want, err
}

// comparison is false if a side is absent or the two cannot be compared.
func (e *expression) comparison() (bool, error) {
	a, isThere, err := e.operand()
	if err != nil {
		return false, err
	}
	operator := e.next()
	if !slices.Contains([]string{"=", "<>", "<", "<=", ">", ">="}, operator) {
		e.at--
		return false, e.unexpected()
	}
	b, alsoThere, err := e.operand()
	if err != nil {
		return false, err
	}
	if !isThere || !alsoThere {
		return operator == "<>" && isThere != alsoThere, nil
	}
	order, ordered := compare(a, b)
	switch operator {
	case "=":
		return equal(a, b), nil
	case "<>":
		return !equal(a, b), nil
	case "<":
		return ordered && order < 0, nil
	case "<=":
		return ordered && order <= 0, nil
	case ">":
		return ordered && order > 0, nil
	default:
		return ordered && order >= 0, nil
	}
}

// operand is a value of the request or an attribute of the item.
func (e *expression) operand() (value Value, there bool, err error) {
	if token := e.peek(); strings.HasPrefix(token, ":") {
		value, there = e.values[token]
		if !there {
			return value, false, validation("An expression attribute value used in expression is not defined; attribute value: %s", token)
		}
		e.used[token] = true
		e.at++
		return value, true, nil
	}
	path, err := e.path()
	value, there = e.item[path]
	return value, there, err
}

// path is the name of an attribute of the first level.
func (e *expression) path() (string, error) {
	token := e.next()
	switch {
	case strings.HasPrefix(token, "#"):
		name, there := e.names[token]
		if !there {
			return "", validation("An expression attribute name used in the document path is not defined; attribute name: %s", token)
		}
		e.used[token] = true
		return name, nil
	case token == "" || !regexp.MustCompile(`^[A-Za-z_]`).MatchString(token):
		e.at--
		return "", e.unexpected()
	case slices.Contains(reserved, strings.ToLower(token)):
		return "", validation("Invalid expression: Attribute name is a reserved keyword; reserved keyword: %s", token)
	}
	return token, nil
}
