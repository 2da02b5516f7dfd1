package mockserver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/robosystems/kuzuclient/gen/server"
)

const defaultPriority = 5

// load is one file on its way into a table.
type load struct {
	source
	table string
	rel   bool
}

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
	loads, err := s.plan(r.Context(), graphID, req)
	if err != nil {
		writeDetail(w, http.StatusBadRequest, "Ingestion not possible: "+err.Error())
		return
	}
	ignoreErrors := optional(req.IgnoreErrors, false)
	if optional(req.Mode, server.IngestRequestModeAsync) == server.IngestRequestModeSync {
		records, err := s.loadAll(r.Context(), graphID, loads, ignoreErrors, nil)
		if err != nil {
			status, detail := statementFault(err)
			writeDetail(w, status, detail)
			return
		}
		writeJSON(w, http.StatusOK, server.IngestResult{
			Status: "completed", RecordsLoaded: records, FilesProcessed: len(loads), ExecutionTimeMS: milliseconds(time.Since(started)),
		})
		return
	}
	names := make([]string, len(loads))
	for i, l := range loads {
		names[i] = s3Scheme + l.name
	}
	metadata := map[string]any{"priority": optional(req.Priority, defaultPriority)}
	if req.PipelineRunID != nil {
		metadata["pipeline_run_id"] = *req.PipelineRunID
	}
	id := s.addIngestion(graphID, loads[0].table, strings.Join(names, ","), metadata)
	s.queue.push(optional(req.Priority, defaultPriority), func(ctx context.Context) {
		s.runTask(ctx, id, func(ctx context.Context) (int64, string, error) {
			records, err := s.loadAll(ctx, graphID, loads, ignoreErrors, func(percent int, records int64) {
				s.tasks.update(id, func(task *server.Task) { task.ProgressPercent, task.RecordsProcessed = percent, &records })
			})
			return records, copyStatement(loads[len(loads)-1].table, strings.Join(names, ","), ignoreErrors), err
		})
	})
	writeJSON(w, http.StatusOK, server.IngestTask{TaskID: id, Status: string(server.TaskStatusPending), MonitorURL: monitorPath(id)})
}

// plan finds the files and tables of a request, tables of nodes first. It fails
// on the first that cannot be used, so that nothing is loaded then.
func (s *Server) plan(ctx context.Context, name string, req server.IngestRequest) ([]load, error) {
	wanted := slices.Clone(optional(req.Files, nil))
	if req.FilePath != nil {
		wanted = append(wanted, *req.FilePath)
	}
	if len(wanted) == 0 {
		return nil, errors.New("no files; give files or file_path")
	}
	tables, err := s.tables(ctx, name)
	if err != nil {
		return nil, err
	}
	loads := make([]load, 0, len(wanted))
	for _, file := range wanted {
		src, err := s.files.locate(optional(req.Bucket, ""), file)
		if err != nil {
			return nil, err
		}
		base := path.Base(src.name)
		target := optional(req.TableName, strings.TrimSuffix(base, path.Ext(base)))
		i := slices.IndexFunc(tables, func(t server.Table) bool { return t.Name == target })
		if i < 0 {
			return nil, fmt.Errorf("file %s: database %s has no table %s; create it, or name another in table_name", src.name, name, target)
		}
		loads = append(loads, load{source: src, table: target, rel: tables[i].Type == relTable})
	}
	slices.SortStableFunc(loads, func(a, b load) int { return cmp.Compare(order(a), order(b)) })
	return loads, nil
}

func order(l load) int {
	if l.rel {
		return 1
	}
	return 0
}

// loadAll loads file after file and reports progress in percent of bytes. Each
// file is loaded wholly or not at all; an error says which ones were.
func (s *Server) loadAll(ctx context.Context, name string, loads []load, ignoreErrors bool, progress func(percent int, records int64)) (records int64, err error) {
	var total, done int64
	for _, l := range loads {
		total += max(l.size, 1)
	}
	for i, l := range loads {
		n, err := s.copyFile(ctx, name, l.table, l.path, ignoreErrors)
		if err != nil {
			message := strings.ReplaceAll(err.Error(), l.path, l.name)
			return records, fmt.Errorf("%s (file %s, %d of %d; the %d before it are loaded)", message, l.name, i+1, len(loads), i)
		}
		records += n
		done += max(l.size, 1)
		if progress != nil && i < len(loads)-1 { // the last one is reported with the end
			progress(int(done*100/total), records)
		}
	}
	return records, nil
}

// copied is the engine's answer to a COPY.
var copied = regexp.MustCompile(`^(\d+) tuples? ha`)

// copyFile runs a COPY and returns the number of records that it loaded.
func (s *Server) copyFile(ctx context.Context, name, table, pattern string, ignoreErrors bool) (int64, error) {
	rows, err := s.rows(ctx, name, copyStatement(table, pattern, ignoreErrors))
	if err != nil {
		return 0, err
	}
	if len(rows) == 1 && len(rows[0]) == 1 {
		if match := copied.FindStringSubmatch(text(rows[0][0])); match != nil {
			return strconv.ParseInt(match[1], 10, 64)
		}
	}
	return 0, fmt.Errorf("the engine answered a COPY with %v", rows)
}

func copyStatement(table, pattern string, ignoreErrors bool) string {
	statement := fmt.Sprintf(`COPY %s FROM "%s"`, table, pattern)
	if ignoreErrors {
		statement += " (IGNORE_ERRORS=TRUE)"
	}
	return statement
}

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
	id := s.addIngestion(graphID, req.TableName, req.S3Pattern, nil)
	s.queue.push(defaultPriority, func(ctx context.Context) {
		s.runTask(ctx, id, func(ctx context.Context) (int64, string, error) {
			statement := copyStatement(req.TableName, req.S3Pattern, ignoreErrors)
			pattern, err := s.files.resolve(req.S3Pattern)
			switch {
			case err != nil:
				return 0, statement, err
			case !tableName.MatchString(req.TableName):
				return 0, statement, engineError("Binder exception: Table %s does not exist.", req.TableName)
			case graphIDFault(graphID) != "":
				return 0, statement, errors.New(notFound(graphID))
			}
			records, err := s.copyFile(ctx, graphID, req.TableName, pattern, ignoreErrors)
			if err != nil {
				err = errors.New(strings.ReplaceAll(err.Error(), pattern, req.S3Pattern))
			}
			return records, statement, err
		})
	})
	writeJSON(w, http.StatusOK, server.CopyResponse{
		TaskID: id, Status: "started", SSEURL: monitorPath(id), Message: "Background ingestion started for " + req.TableName,
	})
}

// addIngestion makes the record of a task that loads files.
func (s *Server) addIngestion(name, table, pattern string, metadata map[string]any) string {
	var zero int64
	task := server.Task{
		GraphID: &name, TableName: &table, S3Pattern: &pattern,
		Status: server.TaskStatusPending, RecordsProcessed: &zero,
	}
	if metadata != nil {
		task.Metadata = &metadata
	}
	return s.tasks.add("ingest_"+name+"_"+table, task)
}

// runTask takes a loading task through its life.
func (s *Server) runTask(ctx context.Context, id string, run func(context.Context) (records int64, statement string, err error)) {
	if ctx.Err() != nil {
		s.tasks.fail(id, "the server shut down before the task began")
		return
	}
	s.tasks.start(id)
	started := time.Now()
	records, statement, err := run(ctx)
	if err != nil {
		s.tasks.fail(id, err.Error())
		return
	}
	duration := time.Since(started).Seconds()
	s.tasks.finish(id, server.TaskResult{RecordsLoaded: &records, DurationSeconds: &duration, Query: &statement})
}

func monitorPath(id string) string { return "/tasks/" + id + "/monitor" }
