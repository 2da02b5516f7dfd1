package mockserver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	"github.com/robosystems/kuzuclient/gen/server"
)

// CreateBackup answers POST /databases/{graph_id}/backup.
func (s *Server) CreateBackup(w http.ResponseWriter, r *http.Request, graphID string) {
	var req server.BackupRequest
	decodeBody(r, &req)
	if !s.mayBackUp(w, r, graphID) {
		return
	}
	out := archiveWriter{database: graphID, compressed: optional(req.Compression, true), described: optional(req.IncludeMetadata, true)}
	encrypted, backup := optional(req.Encryption, false), server.TaskTypeBackup
	metadata := map[string]any{
		"database": graphID, "backup_format": "full_dump", "compression": out.compressed, "encryption": encrypted,
	}
	task := server.Task{TaskType: &backup, Status: server.TaskStatusPending, Metadata: &metadata}
	if stat, err := s.engine.Stat(r.Context(), graphID); err == nil {
		size := float64(stat.SizeBytes)
		task.EstimatedSize = &size
	}
	id := s.tasks.add("backup_backup", task)
	if s.quirks.Has(QuirkNoBackup) {
		s.tasks.fail(id, "Backup functionality not yet implemented")
	} else {
		s.queue.push(defaultPriority, func(ctx context.Context) {
			s.runTask(ctx, id, func(ctx context.Context) (server.TaskResult, error) {
				if encrypted {
					return server.TaskResult{}, errors.New("this server cannot encrypt a backup; ask for one without encryption")
				}
				out.progress = s.reportProgress(id)
				return s.backUp(ctx, id, out)
			})
		})
	}
	monitor := monitorPath(id)
	writeJSON(w, http.StatusOK, server.BackupResponse{
		TaskID: id, Status: "initiated", Message: "Backup task started for database " + graphID,
		Database: graphID, BackupFormat: "full_dump", MonitorURL: &monitor,
	})
}

// mayBackUp answers for what cannot be backed up.
func (s *Server) mayBackUp(w http.ResponseWriter, r *http.Request, graphID string) bool {
	switch {
	case s.readOnly:
		writeDetail(w, http.StatusForbidden, "Backup operations not allowed on read-only nodes")
	case !s.exists(r.Context(), graphID):
		writeDetail(w, http.StatusNotFound, notFound(graphID))
	default:
		return true
	}
	return false
}

// backUp keeps an archive of a database under the name of a task.
func (s *Server) backUp(ctx context.Context, task string, out archiveWriter) (server.TaskResult, error) {
	snapshot, err := s.engine.Backup(ctx, out.database)
	if errors.Is(err, ErrDatabaseNotFound) {
		err = errors.New(notFound(out.database))
	}
	if err != nil {
		return server.TaskResult{}, err
	}
	defer snapshot.Close()
	address, size, err := s.archives.keep(task+".zip", func(file *os.File) error { return out.write(ctx, file, snapshot) })
	if err != nil {
		return server.TaskResult{}, fmt.Errorf("the backup could not be kept: %w", reason(err))
	}
	return server.TaskResult{AdditionalProperties: map[string]any{
		"database": out.database, "backup_path": address, "backup_size": size, "database_size": snapshot.Size,
	}}, nil
}

// reportProgress returns what puts a figure into the record of a task.
func (s *Server) reportProgress(id string) func(percent int) {
	if s.quirks.Has(QuirkNoCounts) {
		return nil
	}
	return func(percent int) {
		s.tasks.update(id, func(task *server.Task) { task.ProgressPercent = percent })
	}
}

// DownloadBackup answers POST /databases/{graph_id}/backup-download with an
// archive that is made while it is sent. One that breaks off, because the
// server ends or the disk fails, breaks its connection off, too.
func (s *Server) DownloadBackup(w http.ResponseWriter, r *http.Request, graphID string) {
	if !s.mayBackUp(w, r, graphID) {
		return
	}
	if s.quirks.Has(QuirkNoDownload) {
		writeServerError(w)
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()
	snapshot, err := s.engine.Backup(ctx, graphID)
	switch {
	case errors.Is(err, ErrDatabaseNotFound): // dropped in the meantime
		writeDetail(w, http.StatusNotFound, notFound(graphID))
		return
	case err != nil:
		writeDetail(w, http.StatusInternalServerError, "Failed to create backup: "+err.Error())
		return
	}
	defer snapshot.Close()
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="`+graphID+`.zip"`)
	w.WriteHeader(http.StatusOK)
	out := archiveWriter{database: graphID, compressed: true, described: true}
	if err := out.write(ctx, w, snapshot); err != nil {
		s.log.Warn("download ended early", "database", graphID, "error", err)
		panic(http.ErrAbortHandler)
	}
}
