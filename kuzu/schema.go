package kuzu

import (
	"context"
	"net/http"
	"strings"

	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/transport"
)

// DatabaseSchema lists the tables of a graph.
type DatabaseSchema = gen.DatabaseSchema

// InstallSchema creates tables: statements of CREATE NODE TABLE and CREATE REL
// TABLE separated by ";". All take effect or none. A statement that the engine
// rejects is [ErrSyntax], one that the server does not let through
// [ErrInvalidRequest].
func (c *Client) InstallSchema(ctx context.Context, ddl string) error {
	op := gen.OpInstallSchema
	if strings.TrimSpace(ddl) == "" {
		return c.fail(op, KindInvalidRequest, "the DDL is empty; give at least one CREATE NODE TABLE")
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

// Schema lists the tables of the client's graph. Deployed servers leave the
// properties of tables out.
func (c *Client) Schema(ctx context.Context) (DatabaseSchema, error) {
	schema, err := call[DatabaseSchema](ctx, c, gen.OpGetSchema, func() (*http.Response, error) {
		return c.api.GetSchema(ctx, c.graph)
	})
	if err == nil && schema.Tables == nil {
		err = c.lacks(gen.OpGetSchema, "tables")
	}
	return schema, err
}
