package mockserver

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	"github.com/robosystems/kuzuclient/gen/server"
)

// restore is one on its way: an archive that has been looked at, and what to do
// with it.
type restore struct {
	graphID      string
	file         *os.File // of the archive; the task closes it
	size         int64    // of the archive
	database     *zip.File
	systemBackup bool // keep the present database first
	overwrite    bool
}

func (r *restore) close() {
	if r.file != nil {
		_ = r.file.Close()
	}
}

// RestoreDatabase answers POST /databases/{graph_id}/restore. What an archive
// shows at first sight is answered at once, what shows when it is unpacked is
// the task's.
func (s *Server) RestoreDatabase(w http.ResponseWriter, r *http.Request, graphID string, params server.RestoreDatabaseParams) {
	if s.quirks.Has(QuirkRestoreByPath) {
		s.promiseRestore(w, r, graphID, params)
		return
	}
	if s.readOnly { // before the upload, which may be large
		writeDetail(w, http.StatusForbidden, "Restore operations not allowed on read-only nodes")
		return
	}
	wanted := &restore{graphID: graphID, systemBackup: true}
	issues, err := s.readRestore(r, params, wanted)
	taken := false
	defer func() {
		if !taken {
			wanted.close()
		}
	}()
	switch {
	case err != nil:
		s.log.Error("upload not kept", "database", graphID, "error", err)
		writeServerError(w)
		return
	case len(issues) > 0:
		writeIssues(w, issues)
		return
	}
	exists := s.exists(r.Context(), graphID)
	if exists && !wanted.overwrite {
		writeDetail(w, http.StatusConflict, inTheWay(graphID))
		return
	}
	taken = true
	id := s.addRestore(wanted)
	s.queue.push(defaultPriority, func(ctx context.Context) {
		defer wanted.close()
		s.runTask(ctx, id, func(ctx context.Context) (server.TaskResult, error) { return s.restore(ctx, id, wanted) })
	})
	monitor, systemBackup := monitorPath(id), exists && wanted.systemBackup
	writeJSON(w, http.StatusOK, server.RestoreResponse{
		TaskID: &id, Status: "initiated", Message: "Restore task started for database " + graphID,
		Database: &graphID, MonitorURL: &monitor, SystemBackupCreated: &systemBackup,
	})
}

func inTheWay(name string) string {
	return fmt.Sprintf("Database %s already exists. Use force_overwrite=true to replace it.", name)
}

func (s *Server) addRestore(r *restore) (id string) {
	kind, size := server.TaskTypeRestore, float64(r.database.UncompressedSize64)
	metadata := map[string]any{
		"database": r.graphID, "backup_size": r.size, "create_system_backup": r.systemBackup, "force_overwrite": r.overwrite,
	}
	return s.tasks.add("restore_restore", server.Task{
		TaskType: &kind, Status: server.TaskStatusPending, EstimatedSize: &size, Metadata: &metadata,
	})
}

// restore unpacks an archive into a database. The present one is kept before,
// if that is wanted: without it nothing is replaced.
func (s *Server) restore(ctx context.Context, id string, r *restore) (server.TaskResult, error) {
	result := map[string]any{"database": r.graphID, "system_backup_path": nil}
	if s.exists(ctx, r.graphID) {
		if r.overwrite && r.systemBackup {
			kept, err := s.backUp(ctx, id, archiveWriter{database: r.graphID, compressed: true, described: true})
			if err != nil {
				return server.TaskResult{}, fmt.Errorf("nothing was restored, because the present database could not be kept: %w", err)
			}
			result["system_backup_path"] = kept.AdditionalProperties["backup_path"]
		}
	} else if full, err := s.full(ctx); err != nil {
		return server.TaskResult{}, err
	} else if full {
		return server.TaskResult{}, engineError("Maximum database capacity reached (%d)", s.maxDatabases)
	}
	content, err := r.database.Open()
	if err != nil {
		return server.TaskResult{}, fmt.Errorf("%w: %w", ErrUnusableSnapshot, err)
	}
	defer content.Close()
	from := &meteredReader{ctx: ctx, from: content, total: int64(r.database.UncompressedSize64), progress: s.reportProgress(id)}
	err = s.engine.Restore(ctx, r.graphID, from, r.overwrite)
	switch {
	case errors.Is(err, ErrDatabaseExists): // made in the meantime
		return server.TaskResult{}, errors.New(inTheWay(r.graphID))
	case err != nil:
		return server.TaskResult{}, fmt.Errorf("nothing was restored: %w", err)
	}
	result["database_size"] = from.done
	return server.TaskResult{AdditionalProperties: result}, nil
}

// promiseRestore is [QuirkRestoreByPath].
func (s *Server) promiseRestore(w http.ResponseWriter, r *http.Request, graphID string, params server.RestoreDatabaseParams) {
	switch {
	case params.BackupPath == nil:
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
