package mockserver

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"time"

	"github.com/robosystems/kuzuclient/gen/server"
)

// ListDatabases answers GET /databases.
func (s *Server) ListDatabases(w http.ResponseWriter, r *http.Request) {
	names, err := s.engine.List(r.Context())
	if err != nil {
		writeServerError(w)
		return
	}
	list := server.DatabaseList{Databases: make([]server.DatabaseInfo, 0, len(names))}
	for _, name := range names {
		info, err := s.describe(r.Context(), name)
		if err != nil {
			continue // dropped in the meantime
		}
		list.Databases = append(list.Databases, info)
		list.TotalSizeBytes += info.SizeBytes
	}
	count := len(list.Databases)
	list.TotalDatabases = count
	list.NodeCapacity = server.NodeCapacity{
		MaxDatabases:       s.maxDatabases,
		CurrentDatabases:   count,
		CapacityRemaining:  s.maxDatabases - count,
		UtilizationPercent: round2(float64(count) / float64(s.maxDatabases) * 100),
	}
	writeJSON(w, http.StatusOK, list)
}

// GetDatabase answers GET /databases/{graph_id}.
func (s *Server) GetDatabase(w http.ResponseWriter, r *http.Request, graphID string) {
	if graphIDFault(graphID) != "" {
		writeDetail(w, http.StatusNotFound, notFound(graphID))
		return
	}
	info, err := s.describe(r.Context(), graphID)
	switch {
	case errors.Is(err, ErrDatabaseNotFound):
		writeDetail(w, http.StatusNotFound, notFound(graphID))
	case err != nil:
		writeDetail(w, http.StatusInternalServerError, "Failed to get database info: "+err.Error())
	default:
		writeJSON(w, http.StatusOK, info)
	}
}

func (s *Server) describe(ctx context.Context, name string) (server.DatabaseInfo, error) {
	stat, err := s.engine.Stat(ctx, name)
	if err != nil {
		return server.DatabaseInfo{}, err
	}
	info := server.DatabaseInfo{
		GraphID:      name,
		DatabasePath: s.engine.Path(name),
		CreatedAt:    localText(stat.ModifiedAt),
		SizeBytes:    stat.SizeBytes,
		ReadOnly:     s.readOnly,
	}
	if !stat.LastUsedAt.IsZero() {
		used := localText(stat.LastUsedAt)
		info.LastAccessed = &used
	}
	_, err = s.rows(ctx, name, "RETURN 1")
	info.IsHealthy = err == nil
	return info, nil
}

// CreateDatabase answers POST /databases.
func (s *Server) CreateDatabase(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	var req server.CreateDatabaseRequest
	decodeBody(r, &req)
	schema := optional(req.SchemaType, server.CreateDatabaseRequestSchemaTypeEntity)
	switch {
	case s.readOnly:
		writeDetail(w, http.StatusForbidden, "Database creation not allowed on read-only nodes")
		return
	case graphIDFault(req.GraphID) != "": // the document keeps such ids out, if requests are checked
		writeDetail(w, http.StatusBadRequest, graphIDFault(req.GraphID))
		return
	case schema == server.CreateDatabaseRequestSchemaTypeShared && optional(req.RepositoryName, "") == "":
		writeDetail(w, http.StatusBadRequest, "Shared schema type requires repository_name")
		return
	}
	full, err := s.create(r.Context(), req.GraphID, optional(req.IsSubgraph, false))
	switch {
	case full:
		writeDetail(w, http.StatusInsufficientStorage, fmt.Sprintf("Maximum database capacity reached (%d)", s.maxDatabases))
		return
	case errors.Is(err, ErrDatabaseExists):
		writeDetail(w, http.StatusConflict, fmt.Sprintf("Database %s already exists", req.GraphID))
		return
	case err != nil:
		writeDetail(w, http.StatusInternalServerError, "Database creation failed: "+err.Error())
		return
	}
	writeJSON(w, http.StatusOK, server.CreateDatabaseResponse{
		Status:          "success",
		GraphID:         req.GraphID,
		DatabasePath:    s.engine.Path(req.GraphID),
		SchemaApplied:   s.installFirstSchema(r.Context(), req.GraphID, schema, optional(req.CustomSchemaDDL, "")),
		ExecutionTimeMS: milliseconds(time.Since(started)),
	})
}

// create makes an empty database unless the server is full, which does not
// keep subgraphs out.
func (s *Server) create(ctx context.Context, name string, subgraph bool) (full bool, err error) {
	s.creates.Lock()
	defer s.creates.Unlock()
	if !subgraph {
		if full, err := s.full(ctx); full || err != nil {
			return full, err
		}
	}
	return false, s.engine.Create(ctx, name)
}

// full reports whether no database can be added.
func (s *Server) full(ctx context.Context) (bool, error) {
	names, err := s.engine.List(ctx)
	return len(names) >= s.maxDatabases, err
}

// DeleteDatabase answers DELETE /databases/{graph_id}.
func (s *Server) DeleteDatabase(w http.ResponseWriter, r *http.Request, graphID string) {
	if s.readOnly {
		writeDetail(w, http.StatusForbidden, "Database deletion not allowed on read-only nodes")
		return
	}
	err := ErrDatabaseNotFound
	if graphIDFault(graphID) == "" {
		err = s.engine.Drop(r.Context(), graphID)
	}
	switch {
	case errors.Is(err, ErrDatabaseNotFound):
		writeDetail(w, http.StatusNotFound, notFound(graphID))
	case err != nil:
		writeDetail(w, http.StatusInternalServerError, "Database deletion failed: "+err.Error())
	default:
		writeJSON(w, http.StatusOK, server.DeleteDatabaseResponse{Status: "success", Message: fmt.Sprintf("Database %s deleted successfully", graphID)})
	}
}

// GetDatabaseMetrics answers GET /databases/{graph_id}/metrics.
func (s *Server) GetDatabaseMetrics(w http.ResponseWriter, r *http.Request, graphID string) {
	if fault := graphIDFault(graphID); fault != "" {
		writeDetail(w, http.StatusBadRequest, fault)
		return
	}
	stat, err := s.engine.Stat(r.Context(), graphID)
	switch {
	case errors.Is(err, ErrDatabaseNotFound):
		writeDetail(w, http.StatusNotFound, notFoundQuoted(graphID))
		return
	case err != nil:
		writeDetail(w, http.StatusInternalServerError, "Failed to retrieve database metrics")
		return
	}
	modified := localText(stat.ModifiedAt)
	writeJSON(w, http.StatusOK, server.DatabaseMetrics{
		GraphID:           graphID,
		DatabaseName:      graphID,
		SizeBytes:         stat.SizeBytes,
		SizeMB:            round2(float64(stat.SizeBytes) / (1 << 20)),
		NodeCount:         s.count(r.Context(), graphID, "MATCH (n) RETURN count(n)"),
		RelationshipCount: s.count(r.Context(), graphID, "MATCH ()-[r]->() RETURN count(r)"),
		LastModified:      &modified,
		InstanceID:        s.nodeID,
		NodeType:          s.nodeType,
	})
}

// count runs a statement that returns one number; 0 if it fails, as on a
// database without tables.
func (s *Server) count(ctx context.Context, name, cypher string) int64 {
	rows, err := s.rows(ctx, name, cypher)
	if err != nil || len(rows) != 1 {
		return 0
	}
	n, _ := rows[0][0].(int64)
	return n
}

// Some operations put the name into quotes, and some do not.
func notFound(name string) string       { return fmt.Sprintf("Database %s not found", name) }
func notFoundQuoted(name string) string { return fmt.Sprintf("Database '%s' not found", name) }

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func round2(f float64) float64 { return math.Round(f*100) / 100 }

// optional returns what p points to, or the default of the document.
func optional[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}
