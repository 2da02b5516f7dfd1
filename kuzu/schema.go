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
// TABLE separated by ";". All take effect or none.
func (c *Client) InstallSchema(ctx context.Context, ddl string) error {
	op := gen.OpInstallSchema
	if strings.TrimSpace(ddl) == "" {
		return c.fail(op, KindInvalidRequest, "the DDL is empty")
	}
	answer, err := call[gen.InstallSchemaResponse](c, op, func() (*http.Response, error) {
		return c.api.InstallSchema(ctx, c.graph, gen.InstallSchemaRequest{Type: "ddl", DDL: &ddl})
	})
	if err != nil || answer.Success {
		return err
	}
	kind := transport.ClassifyStatement(answer.Message)
	if kind == 0 {
		kind = KindInvalidRequest
	}
	return c.fail(op, kind, "%s", answer.Message)
}

// Schema lists the tables of the client's graph. Deployed servers leave the
// properties of tables out.
func (c *Client) Schema(ctx context.Context) (DatabaseSchema, error) {
	return call[DatabaseSchema](c, gen.OpGetSchema, func() (*http.Response, error) {
		return c.api.GetSchema(ctx, c.graph)
	})
}
