package mockserver

import (
	"fmt"
	"net/http"

	"github.com/robosystems/kuzuclient/gen/server"
)

// Backup and restore behave as on the deployed server, which announces them and
// carries none out.

// CreateBackup answers POST /databases/{graph_id}/backup.
func (s *Server) CreateBackup(w http.ResponseWriter, r *http.Request, graphID string) {
	var req server.BackupRequest
	decodeBody(r, &req)
	switch {
	case s.readOnly:
		writeDetail(w, http.StatusForbidden, "Backup operations not allowed on read-only nodes")
		return
	case !s.exists(r.Context(), graphID):
		writeDetail(w, http.StatusNotFound, notFound(graphID))
		return
	}
	backup := server.TaskTypeBackup
	metadata := map[string]any{
		"database": graphID, "backup_format": "full_dump",
		"compression": optional(req.Compression, true), "encryption": optional(req.Encryption, false),
	}
	id := s.tasks.add("backup_backup", server.Task{TaskType: &backup, Status: server.TaskStatusPending, Metadata: &metadata})
	s.tasks.fail(id, "Backup functionality not yet implemented")
	monitor := monitorPath(id)
	writeJSON(w, http.StatusOK, server.BackupResponse{
		TaskID: id, Status: "initiated", Message: "Backup task started for database " + graphID,
		Database: graphID, BackupFormat: "full_dump", MonitorURL: &monitor,
	})
}

// DownloadBackup answers POST /databases/{graph_id}/backup-download.
func (s *Server) DownloadBackup(w http.ResponseWriter, r *http.Request, graphID string) {
	switch {
	case s.readOnly:
		writeDetail(w, http.StatusForbidden, "Backup operations not allowed on read-only nodes")
	case !s.exists(r.Context(), graphID):
		writeDetail(w, http.StatusNotFound, notFound(graphID))
	default:
		writeServerError(w)
	}
}

// RestoreDatabase answers POST /databases/{graph_id}/restore.
func (s *Server) RestoreDatabase(w http.ResponseWriter, r *http.Request, graphID string, params server.RestoreDatabaseParams) {
	switch {
	case params.BackupPath == nil:
		// The document leaves it optional, for servers that take an upload.
		c := &checker{}
		c.add("missing", []any{"query", "backup_path"}, "Field required", nil, nil)
		writeIssues(w, c.issues)
	case s.readOnly:
		writeDetail(w, http.StatusForbidden, "Restore operations not allowed on read-only nodes")
	case s.exists(r.Context(), graphID):
		writeDetail(w, http.StatusConflict, fmt.Sprintf("Database %s already exists", graphID))
	default:
		details := "Restore requires coordination with backup manager and S3 adapter"
		writeJSON(w, http.StatusOK, server.RestoreResponse{
			Status: "not_implemented", Message: "Database restore functionality is not yet implemented", Details: &details,
		})
	}
}
