package kuzu

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/robosystems/kuzuclient/gen"
)

// NodeExists reports whether the client's graph has a node of the table whose
// properties have these values; nil stands for null, and no properties for any
// node. Whole numbers of any size will do. A table or property that is not there
// is [ErrSyntax].
func (c *Client) NodeExists(ctx context.Context, table string, properties Params) (bool, error) {
	statement, params, err := nodeQuery(table, properties)
	if err != nil {
		return false, c.fail(gen.OpQueryDatabase, KindInvalidRequest, "%v", err)
	}
	result, err := c.Query(ctx, statement, params)
	if err != nil {
		return false, err
	}
	return len(result.Rows) > 0, nil
}

// nodeQuery makes a statement that returns a row if there is such a node. Its
// parameters are numbered, since names of properties may hold anything.
func nodeQuery(table string, properties Params) (statement string, params Params, err error) {
	quotedTable, err := quoteName(table)
	if err != nil {
		return "", nil, fmt.Errorf("the table %w", err)
	}
	params = make(Params, len(properties))
	var conditions []string
	for i, name := range slices.Sorted(maps.Keys(properties)) {
		quotedName, err := quoteName(name)
		if err != nil {
			return "", nil, fmt.Errorf("the property %w", err)
		}
		value := properties[name]
		if value == nil {
			conditions = append(conditions, fmt.Sprintf("n.%s IS NULL", quotedName))
			continue
		}
		parameter := fmt.Sprintf("p%d", i)
		operand := "$" + parameter
		if text, kuzuType := largeInteger(value); kuzuType != "" {
			value, operand = text, fmt.Sprintf("CAST($%s AS %s)", parameter, kuzuType)
		}
		params[parameter] = value
		conditions = append(conditions, fmt.Sprintf("n.%s = %s", quotedName, operand))
	}
	statement = "MATCH (n:" + quotedTable + ")"
	if len(conditions) > 0 {
		statement += " WHERE " + strings.Join(conditions, " AND ")
	}
	return statement + " RETURN 1 AS found LIMIT 1", params, nil
}

// quoteName puts backticks around a name. The engine takes one within only in
// pairs, and the pair for what the name holds.
func quoteName(name string) (string, error) {
	if name == "" || strings.Contains(strings.ReplaceAll(name, "``", ""), "`") {
		return "", fmt.Errorf("%.64q; give the name as Schema returns it", name)
	}
	return "`" + name + "`", nil
}

// largeInteger returns an integer that servers refuse as a parameter of a plain
// query as text, and the type to cast it to; "" for any other value.
func largeInteger(value any) (text, kuzuType string) {
	switch v := reflect.ValueOf(value); {
	case v.CanInt() && (v.Int() > maxPlainNumber || v.Int() < -maxPlainNumber):
		return strconv.FormatInt(v.Int(), 10), "INT64"
	case v.CanUint() && v.Uint() > maxPlainNumber:
		return strconv.FormatUint(v.Uint(), 10), "UINT64"
	}
	return "", ""
}
