package mockserver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/robosystems/kuzuclient/gen/server"
)

// baseSchemas are the tables of a new database by the type of its schema; with
// custom, the caller brings them.
var baseSchemas = map[server.CreateDatabaseRequestSchemaType][]string{
	server.CreateDatabaseRequestSchemaTypeEntity: {
		"CREATE NODE TABLE Entity(id STRING, name STRING, type STRING, PRIMARY KEY(id))",
		"CREATE REL TABLE RELATED_TO(FROM Entity TO Entity, type STRING)",
	},
	server.CreateDatabaseRequestSchemaTypeShared: {
		"CREATE NODE TABLE Entity(id STRING, name STRING, type STRING, PRIMARY KEY(id))",
		"CREATE NODE TABLE Company(id STRING, name STRING, ticker STRING, PRIMARY KEY(id))",
		"CREATE REL TABLE RELATED_TO(FROM Entity TO Entity, type STRING)",
	},
}

// installFirstSchema fills a new database and reports whether all of the schema
// is there. Custom DDL runs statement by statement and is not undone.
func (s *Server) installFirstSchema(ctx context.Context, name string, schema server.CreateDatabaseRequestSchemaType, ddl string) bool {
	if schema != server.CreateDatabaseRequestSchemaTypeCustom {
		return s.engine.Apply(ctx, name, baseSchemas[schema]) == nil
	}
	statements := splitDDL(ddl)
	for _, statement := range statements {
		if _, err := s.rows(ctx, name, statement); err != nil {
			s.log.Warn("custom schema failed", "database", name, "error", err)
			return false
		}
	}
	return len(statements) > 0
}

// InstallSchema answers POST /databases/{graph_id}/schema.
func (s *Server) InstallSchema(w http.ResponseWriter, r *http.Request, graphID string) {
	var req server.InstallSchemaRequest
	decodeBody(r, &req)
	switch {
	case s.readOnly:
		writeDetail(w, http.StatusForbidden, "Schema installation not allowed on read-only nodes")
		return
	case !s.exists(r.Context(), graphID):
		writeDetail(w, http.StatusNotFound, notFound(graphID))
		return
	case req.Type != "custom" && req.Type != "ddl":
		writeDetail(w, http.StatusBadRequest, "Schema type must be 'custom' or 'ddl'")
		return
	case optional(req.DDL, "") == "":
		writeDetail(w, http.StatusBadRequest, "DDL commands are required")
		return
	}
	answer := server.InstallSchemaResponse{}
	statements := splitDDL(*req.DDL)
	err := checkDDL(statements)
	if err == nil {
		err = s.engine.Apply(r.Context(), graphID, statements)
	}
	var failed *StatementError
	switch {
	case err == nil:
		answer.Success = true
		answer.Message = "Schema installed successfully on database " + graphID
		answer.StatementsExecuted = len(statements)
	case errors.As(err, &failed):
		answer.Message = fmt.Sprintf("Failed to execute DDL statement %d: %v", failed.Index, failed.Err)
	default:
		answer.Message = "Schema installation failed: " + err.Error()
	}
	writeJSON(w, http.StatusOK, answer)
}

// GetSchema answers GET /databases/{graph_id}/schema.
func (s *Server) GetSchema(w http.ResponseWriter, r *http.Request, graphID string) {
	if fault := graphIDFault(graphID); fault != "" {
		writeDetail(w, http.StatusBadRequest, fault)
		return
	}
	tables, err := s.tables(r.Context(), graphID)
	switch {
	case errors.Is(err, ErrDatabaseNotFound):
		writeDetail(w, http.StatusNotFound, notFoundQuoted(graphID))
		return
	case err != nil:
		writeDetail(w, http.StatusInternalServerError, "Failed to retrieve schema: "+err.Error())
		return
	}
	answer := server.DatabaseSchema{Database: graphID, Tables: tables, NodeTables: []string{}, RelTables: []string{}}
	for i, table := range tables {
		if table.Type == relTable {
			answer.RelTables = append(answer.RelTables, table.Name)
		} else {
			answer.NodeTables = append(answer.NodeTables, table.Name)
		}
		if s.quirks.Has(QuirkNoProperties) {
			tables[i].Properties = []server.TableProperty{}
			continue
		}
		if tables[i].Properties, err = s.properties(r.Context(), graphID, table); err != nil {
			writeDetail(w, http.StatusInternalServerError, "Failed to retrieve schema: "+err.Error())
			return
		}
	}
	writeJSON(w, http.StatusOK, answer)
}

// Types of tables, in the engine's words.
const (
	nodeTable = "NODE"
	relTable  = "REL"
)

// tables lists the tables of a database by id, without their properties.
func (s *Server) tables(ctx context.Context, name string) ([]server.Table, error) {
	rows, err := s.rows(ctx, name, "CALL SHOW_TABLES() RETURN id, name, type, comment")
	if err != nil {
		return nil, err
	}
	tables := make([]server.Table, len(rows))
	for i, row := range rows {
		id, _ := row[0].(uint64)
		tables[i] = server.Table{ID: int64(id), Name: text(row[1]), Type: text(row[2]), Comment: text(row[3])}
	}
	slices.SortFunc(tables, func(a, b server.Table) int { return cmp.Compare(a.ID, b.ID) })
	return tables, nil
}

// properties lists the columns of a table in order.
func (s *Server) properties(ctx context.Context, name string, table server.Table) ([]server.TableProperty, error) {
	properties := []server.TableProperty{}
	if !tableName.MatchString(table.Name) {
		return properties, nil // as deployed: a name that would need quoting
	}
	returned := "name, type"
	if table.Type != relTable {
		returned += ", `primary key`"
	}
	rows, err := s.rows(ctx, name, fmt.Sprintf("CALL TABLE_INFO('%s') RETURN %s", table.Name, returned))
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		property := server.TableProperty{Name: text(row[0]), Type: text(row[1])}
		if len(row) > 2 {
			primary, _ := row[2].(bool)
			property.PrimaryKey = &primary
		}
		properties = append(properties, property)
	}
	return properties, nil
}

func (s *Server) exists(ctx context.Context, name string) bool {
	if graphIDFault(name) != "" {
		return false
	}
	_, err := s.engine.Stat(ctx, name)
	return err == nil
}

func text(v any) string {
	s, _ := v.(string)
	return s
}
