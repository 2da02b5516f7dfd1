package mockserver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/robosystems/kuzuclient/gen/server"
)

// defaultPriority is that of the document; a copy has it always.
const defaultPriority = 5

// IngestFiles answers POST /databases/{graph_id}/ingest.
func (s *Server) IngestFiles(w http.ResponseWriter, r *http.Request, graphID string) {
	started := time.Now()
	var req server.IngestRequest
	decodeBody(r, &req)
	switch {
	case s.readOnly:
		writeDetail(w, http.StatusForbidden, "Cannot ingest data: node is in read-only mode")
		return
	case !s.exists(r.Context(), graphID):
		writeDetail(w, http.StatusNotFound, notFound(graphID))
		return
	}
	tables, err := s.tables(r.Context(), graphID)
	if err != nil {
		status, detail := statementFault(err)
		writeDetail(w, status, detail)
		return
	}
	loads, err := s.plan(tables, req)
	if err != nil {
		writeDetail(w, http.StatusBadRequest, "Ingestion not possible: "+err.Error())
		return
	}
	if optional(req.Mode, server.IngestRequestModeAsync) == server.IngestRequestModeAsync {
		id := s.ingestLater(graphID, loads, req)
		writeJSON(w, http.StatusOK, server.IngestTask{TaskID: id, Status: string(server.TaskStatusPending), MonitorURL: monitorPath(id)})
		return
	}
	records, err := s.loadAll(r.Context(), graphID, loads, optional(req.IgnoreErrors, false), nil)
	if err != nil {
		status, detail := statementFault(err)
		writeDetail(w, status, detail)
		return
	}
	writeJSON(w, http.StatusOK, server.IngestResult{
		Status: "completed", RecordsLoaded: records, FilesProcessed: len(loads), ExecutionTimeMS: milliseconds(time.Since(started)),
	})
}

// ingestLater makes and queues the task of an ingestion, and returns its id.
func (s *Server) ingestLater(graphID string, loads []load, req server.IngestRequest) string {
	ignoreErrors, priority := optional(req.IgnoreErrors, false), optional(req.Priority, defaultPriority)
	names, statements := make([]string, len(loads)), make([]string, len(loads))
	for i, l := range loads {
		names[i] = l.name
		statements[i] = copyStatement(l.table, l.name, ignoreErrors)
	}
	metadata := map[string]any{"priority": priority}
	if req.PipelineRunID != nil {
		metadata["pipeline_run_id"] = *req.PipelineRunID
	}
	id := s.addIngestion(graphID, loads[0].table, strings.Join(names, ","), metadata)
	s.queue.push(priority, func(ctx context.Context) {
		s.runLoad(ctx, id, strings.Join(statements, "; "), func(ctx context.Context) (int64, error) {
			return s.loadAll(ctx, graphID, loads, ignoreErrors, func(percent int, records int64) {
				if !s.quirks.Has(QuirkNoCounts) {
					s.tasks.update(id, func(task *server.Task) { task.ProgressPercent, task.RecordsProcessed = percent, &records })
				}
			})
		})
	})
	return id
}

// plan finds the files and tables of a request, tables of nodes first. It fails
// on the first that cannot be used, so that nothing is loaded then.
func (s *Server) plan(tables []server.Table, req server.IngestRequest) ([]load, error) {
	wanted := slices.Clone(optional(req.Files, nil))
	if req.FilePath != nil {
		wanted = append(wanted, *req.FilePath)
	}
	if len(wanted) == 0 {
		return nil, errors.New("no files; give files or file_path")
	}
	kinds := make(map[string]string, len(tables))
	for _, table := range tables {
		kinds[table.Name] = table.Type
	}
	loads := make([]load, 0, len(wanted))
	for _, file := range wanted {
		src, err := s.files.locate(optional(req.Bucket, ""), file)
		if err != nil {
			return nil, err
		}
		base := path.Base(src.name)
		table := optional(req.TableName, strings.TrimSuffix(base, path.Ext(base)))
		if kinds[table] == "" {
			return nil, fmt.Errorf("file %s: there is no table %s; create it, or name another in table_name", file, table)
		}
		loads = append(loads, load{source: src, table: table})
	}
	order := func(l load) int {
		if kinds[l.table] == relTable {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(loads, func(a, b load) int { return cmp.Compare(order(a), order(b)) })
	return loads, nil
}
