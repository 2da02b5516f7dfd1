package mockserver

import (
	"context"
	"errors"
	"net/http"

	"github.com/robosystems/kuzuclient/gen/server"
)

// CopyFiles answers POST /databases/{graph_id}/copy. Whether the database, the
// table and the files exist turns out in the task, as deployed.
func (s *Server) CopyFiles(w http.ResponseWriter, r *http.Request, graphID string) {
	var req server.CopyRequest
	decodeBody(r, &req)
	if s.readOnly {
		writeDetail(w, http.StatusForbidden, "Cannot ingest data: node is in read-only mode")
		return
	}
	ignoreErrors := optional(req.IgnoreErrors, true)
	limit := engineTimeout
	if req.S3Credentials != nil {
		limit = copyTimeout
	}
	id := s.addIngestion(graphID, req.TableName, req.S3Pattern, nil)
	s.queue.push(defaultPriority, func(ctx context.Context) {
		s.runLoad(ctx, id, copyStatement(req.TableName, req.S3Pattern, ignoreErrors), func(ctx context.Context) (int64, error) {
			release, ok := s.loop.hold(ctx)
			if !ok {
				return 0, errInterrupted
			}
			defer release()
			ctx, cancel := context.WithTimeout(ctx, limit)
			defer cancel()
			return s.copyPattern(ctx, graphID, req.TableName, req.S3Pattern, ignoreErrors)
		})
	})
	writeJSON(w, http.StatusOK, server.CopyResponse{
		TaskID: id, Status: "started", SSEURL: monitorPath(id), Message: "Background ingestion started for " + req.TableName,
	})
}

// copyPattern loads what matches a pattern. Neither name nor table nor pattern
// has been looked at so far.
func (s *Server) copyPattern(ctx context.Context, name, table, pattern string, ignoreErrors bool) (int64, error) {
	path, err := s.files.resolve(pattern)
	switch {
	case err != nil:
		return 0, err
	case !tableName.MatchString(table):
		return 0, engineError("Binder exception: Table %s does not exist.", table)
	case graphIDFault(name) != "":
		return 0, errors.New(notFound(name))
	}
	if s.quirks.Has(QuirkStrayDatabase) {
		if err := s.engine.Create(ctx, name); err != nil && !errors.Is(err, ErrDatabaseExists) {
			return 0, err
		}
	}
	return s.copyFile(ctx, name, table, source{name: pattern, path: path}, ignoreErrors)
}
