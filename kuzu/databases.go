package kuzu

import (
	"context"
	"errors"
	"net/http"

	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/internal/cypher"
)

// DatabaseInfo describes a graph's database.
type DatabaseInfo = gen.DatabaseInfo

// DatabaseList lists the databases of a server with the room left on it.
type DatabaseList = gen.DatabaseList

// DatabaseMetrics are the size of a graph's database and what it holds.
type DatabaseMetrics = gen.DatabaseMetrics

// SchemaType is which tables a new database begins with.
type SchemaType = gen.CreateDatabaseRequestSchemaType

// The types of schemas.
const (
	SchemaEntity = gen.CreateDatabaseRequestSchemaTypeEntity // tables for a user's graph
	SchemaShared = gen.CreateDatabaseRequestSchemaTypeShared // tables for a shared repository
	SchemaCustom = gen.CreateDatabaseRequestSchemaTypeCustom // the caller's own
)

// DatabaseSpec says what a new database is like. The zero value is a user's
// graph with the entity schema.
type DatabaseSpec struct {
	// Schema is which tables to install. "" means [SchemaCustom] if DDL is
	// given, [SchemaShared] if Repository is, and else [SchemaEntity].
	Schema SchemaType
	// Repository is the shared repository that the graph is; needed with the
	// shared schema, and with no other.
	Repository string
	// DDL creates the tables of a custom schema; statements separated by ";".
	DDL string
	// Subgraph says that the graph belongs to a parent; it then takes no place
	// of its own on the server.
	Subgraph bool
}

// CreateDatabase creates the client's graph on the server; [ErrConflict] if it
// exists, [ErrCapacity] if the server is full. If the database was created and
// its schema was not, the error is [ErrExecution] and the database stays: install
// the schema with [Client.InstallSchema], or delete it.
func (c *Client) CreateDatabase(ctx context.Context, spec DatabaseSpec) error {
	op := gen.OpCreateDatabase
	if spec.Schema == "" {
		switch {
		case spec.DDL != "":
			spec.Schema = SchemaCustom
		case spec.Repository != "":
			spec.Schema = SchemaShared
		default:
			spec.Schema = SchemaEntity
		}
	}
	request := gen.CreateDatabaseRequest{GraphID: c.graph, SchemaType: spec.Schema, IsSubgraph: spec.Subgraph}
	switch {
	case spec.DDL != "" && spec.Schema != SchemaCustom:
		return c.fail(op, KindInvalidRequest, "DDL goes with the custom schema and not with %q; drop one of them", spec.Schema)
	case spec.DDL == "" && spec.Schema == SchemaCustom:
		return c.fail(op, KindInvalidRequest, "the custom schema needs DDL; give the statements that create its tables")
	case spec.Repository != "" && spec.Schema != SchemaShared:
		return c.fail(op, KindInvalidRequest, "Repository goes with the shared schema and not with %q; drop one of them", spec.Schema)
	case spec.Repository == "" && spec.Schema == SchemaShared:
		return c.fail(op, KindInvalidRequest, "the shared schema needs Repository; name the repository that the graph is")
	}
	if err := cypher.CheckSeparators(spec.DDL); err != nil {
		return c.fail(op, KindInvalidRequest, "DDL: %s", unprefixed(err))
	}
	if spec.DDL != "" {
		request.CustomSchemaDDL = &spec.DDL
	}
	if spec.Repository != "" {
		request.RepositoryName = &spec.Repository
	}
	answer, err := call[gen.CreateDatabaseResponse](ctx, c, op, func() (*http.Response, error) {
		return c.api.CreateDatabase(ctx, request)
	})
	if err == nil && !answer.SchemaApplied {
		return c.fail(op, KindExecution, "the database was created, but its schema was not or not wholly applied; install the schema, or delete the database")
	}
	return err
}

// EnsureDatabase creates the client's graph unless it is there, and reports
// whether it did. Several callers may do so at once: one creates it, and the
// others find it. It does not look at the schema of a graph that is there.
func (c *Client) EnsureDatabase(ctx context.Context, spec DatabaseSpec) (created bool, err error) {
	exists, err := c.DatabaseExists(ctx)
	if err != nil || exists {
		return false, err
	}
	err = c.CreateDatabase(ctx, spec)
	if errors.Is(err, ErrConflict) {
		return false, nil // somebody was faster
	}
	return err == nil, err
}

// DatabaseExists reports whether the server holds the client's graph.
func (c *Client) DatabaseExists(ctx context.Context) (bool, error) {
	_, err := c.Database(ctx)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// DeleteDatabase deletes the client's graph and its data; [ErrNotFound] if the
// server does not hold it.
func (c *Client) DeleteDatabase(ctx context.Context) error {
	_, err := call[gen.DeleteDatabaseResponse](ctx, c, gen.OpDeleteDatabase, func() (*http.Response, error) {
		return c.api.DeleteDatabase(ctx, c.graph)
	})
	return err
}

// Database describes the client's graph; [ErrNotFound] if the server does not
// hold it.
func (c *Client) Database(ctx context.Context) (DatabaseInfo, error) {
	info, err := call[DatabaseInfo](ctx, c, gen.OpGetDatabase, func() (*http.Response, error) {
		return c.api.GetDatabase(ctx, c.graph)
	})
	if err == nil && info.GraphID == "" {
		err = c.lacks(gen.OpGetDatabase, "graph_id")
	}
	return info, err
}

// Databases lists all databases of the server. The server opens each of them
// for this, so ask seldom.
func (c *Client) Databases(ctx context.Context) (DatabaseList, error) {
	list, err := call[DatabaseList](ctx, c, gen.OpListDatabases, func() (*http.Response, error) {
		return c.api.ListDatabases(ctx)
	})
	if err == nil && list.Databases == nil {
		err = c.lacks(gen.OpListDatabases, "databases")
	}
	return list, err
}

// DatabaseMetrics measures the client's graph; [ErrNotFound] if the server does
// not hold it. The counts are 0 if the server could not count.
func (c *Client) DatabaseMetrics(ctx context.Context) (DatabaseMetrics, error) {
	metrics, err := call[DatabaseMetrics](ctx, c, gen.OpGetDatabaseMetrics, func() (*http.Response, error) {
		return c.api.GetDatabaseMetrics(ctx, c.graph)
	})
	if err == nil && metrics.GraphID == "" {
		err = c.lacks(gen.OpGetDatabaseMetrics, "graph_id")
	}
	return metrics, err
}
