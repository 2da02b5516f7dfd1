package mockserver

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/robosystems/kuzuclient/gen/server"
)

// load is one file on its way into a table.
type load struct {
	source
	table string
}

// loadAll loads file after file and reports progress in percent of bytes. Each
// file is loaded wholly or not at all; those before one that fails stay loaded.
func (s *Server) loadAll(ctx context.Context, name string, loads []load, ignoreErrors bool, progress func(percent int, records int64)) (records int64, err error) {
	var total, done int64
	for _, l := range loads {
		total += max(l.size, 1)
	}
	for i, l := range loads {
		n, err := s.copyFile(ctx, name, l.table, l.source, ignoreErrors)
		if err != nil {
			return records, fmt.Errorf("%w (file %s, %d of %d; those before it stay loaded)", err, l.name, i+1, len(loads))
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

// copyFile runs a COPY and returns the number of records that it loaded. An
// error shows the file's name, not where it lies.
func (s *Server) copyFile(ctx context.Context, name, table string, from source, ignoreErrors bool) (int64, error) {
	rows, err := s.rows(ctx, name, copyStatement(table, from.path, ignoreErrors))
	switch {
	case errors.Is(err, ErrDatabaseNotFound):
		return 0, errors.New(notFound(name))
	case err != nil:
		return 0, errors.New(strings.ReplaceAll(err.Error(), from.path, from.name))
	}
	for _, row := range rows { // more than one if there are warnings
		if match := copied.FindStringSubmatch(text(row[0])); match != nil {
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

// addIngestion makes the record of a task that loads files, and returns its id.
func (s *Server) addIngestion(name, table, pattern string, metadata map[string]any) string {
	var zero int64
	task := server.Task{
		GraphID: &name, TableName: &table, S3Pattern: &pattern,
		Status: server.TaskStatusPending, RecordsProcessed: &zero,
	}
	if metadata != nil {
		task.Metadata = &metadata
	}
	if s.quirks.Has(QuirkNoCounts) {
		records, size := int64(1_000_000), 100.0
		task.EstimatedRecords, task.EstimatedSizeMB = &records, &size
	}
	return s.tasks.add("ingest_"+name+"_"+table, task)
}

// runLoad takes a loading task through its life. The statement is for its record.
func (s *Server) runLoad(ctx context.Context, id, statement string, run func(context.Context) (records int64, err error)) {
	s.runTask(ctx, id, func(ctx context.Context) (server.TaskResult, error) {
		records, err := run(ctx)
		if s.quirks.Has(QuirkNoCounts) {
			records = 0
		}
		return server.TaskResult{RecordsLoaded: &records, Query: &statement}, err
	})
}

// runTask takes a task through its life.
func (s *Server) runTask(ctx context.Context, id string, run func(context.Context) (server.TaskResult, error)) {
	if ctx.Err() != nil {
		s.tasks.fail(id, "the server shut down before the task began")
		return
	}
	// A fault of the engine fails the task, as it fails a request.
	defer func() {
		if fault := recover(); fault != nil {
			s.log.Error("task failed", "task", id, "fault", fault, "stack", string(debug.Stack()))
			s.tasks.fail(id, fmt.Sprintf("Internal Server Error: %v", fault))
		}
	}()
	s.tasks.start(id)
	started := s.clock.now()
	result, err := run(ctx)
	if err != nil {
		s.tasks.fail(id, err.Error())
		return
	}
	duration := s.clock.since(started).Seconds()
	result.DurationSeconds = &duration
	s.tasks.finish(id, result)
}
