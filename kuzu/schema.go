package kuzu

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/internal/cypher"
	"github.com/robosystems/kuzuclient/transport"
)

// DatabaseSchema lists the tables of a graph.
type DatabaseSchema = gen.DatabaseSchema

// Table is a table of nodes or relationships.
type Table = gen.Table

// TableProperty is a column of a table.
type TableProperty = gen.TableProperty

// InstallSchema creates tables: statements of CREATE NODE TABLE, CREATE REL TABLE
// and COMMENT ON separated by ";". All take effect or none. A statement that the
// engine rejects is [ErrSyntax]. One that servers do not take for a schema is
// [ErrInvalidRequest] before anything is sent, and the error names it; run it
// with [Client.Query].
func (c *Client) InstallSchema(ctx context.Context, ddl string) error {
	op := gen.OpInstallSchema
	if err := cypher.CheckDDL(ddl); err != nil {
		return c.fail(op, KindInvalidRequest, "%s", unprefixed(err))
	}
	answer, err := call[gen.InstallSchemaResponse](ctx, c, op, func() (*http.Response, error) {
		return c.api.InstallSchema(ctx, c.graph, gen.InstallSchemaRequest{Type: "ddl", DDL: &ddl})
	})
	switch {
	case err != nil || answer.Success:
		return err
	case answer.Message == "":
		return c.lacks(op, "success and no message")
	}
	otherwise := KindExecution
	if strings.Contains(answer.Message, "failed: 400: ") {
		otherwise = KindInvalidRequest // a statement that the server does not let through
	}
	return c.annotate(op, transport.StatementError(answer.Message, otherwise))
}

// Schema lists the tables of the client's graph with their properties. Deployed
// servers leave the properties out; they are then asked for with a query a table.
//
// Such a query is not taken for a table whose name holds one of the server's
// forbidden words, as Migrant holds GRANT. The Properties of that table are nil,
// for "not known"; those of a table that has none are empty and not nil.
func (c *Client) Schema(ctx context.Context) (DatabaseSchema, error) {
	schema, err := call[DatabaseSchema](ctx, c, gen.OpGetSchema, func() (*http.Response, error) {
		return c.api.GetSchema(ctx, c.graph)
	})
	switch {
	case err != nil:
		return schema, err
	case schema.Tables == nil:
		return schema, c.lacks(gen.OpGetSchema, "tables")
	}
	for _, table := range schema.Tables {
		if len(table.Properties) > 0 {
			return schema, nil // this server knows them
		}
	}
	for i := range schema.Tables {
		table := &schema.Tables[i]
		if word, _ := cypher.ForbiddenKeyword(table.Name); word != "" {
			table.Properties = nil
			continue
		}
		if table.Properties, err = c.properties(ctx, table.Name); err != nil {
			return schema, err
		}
	}
	return schema, nil
}

// properties asks the engine for the columns of a table. It names its results
// "property id", "name", "type", "default expression" and, for nodes only,
// "primary key".
func (c *Client) properties(ctx context.Context, table string) ([]TableProperty, error) {
	literal := strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(table)
	result, err := c.Query(ctx, fmt.Sprintf("CALL TABLE_INFO('%s') RETURN *", literal), nil)
	if err != nil {
		return nil, err
	}
	properties := make([]TableProperty, len(result.Rows))
	for i, row := range result.Rows {
		name, nameErr := row.Get("name")
		kind, typeErr := row.Get("type")
		if err := errors.Join(nameErr, typeErr); err != nil {
			return nil, c.fail(gen.OpQueryDatabase, KindProtocol, "the properties of table %q: %v", table, err)
		}
		properties[i].Name, _ = name.(string)
		properties[i].Type, _ = kind.(string)
		if primary, err := row.Get("primary key"); err == nil {
			properties[i].PrimaryKey, _ = primary.(bool)
		}
	}
	return properties, nil
}
