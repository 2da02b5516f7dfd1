package kuzu

import (
	"context"
	"crypto/rand"
	"net/http"
	"time"

	"github.com/robosystems/kuzuclient/gen"
)

// IngestRequest says which files to load into the client's graph.
type IngestRequest struct {
	// Bucket is what Files are relative to. Without it each of Files must be
	// an address of the form s3://bucket/key.
	Bucket string
	// Files are CSV or Parquet files, at least one.
	Files []string
	// Table is where all files go. "" means that each goes into the table with
	// the file's name, without directory and extension.
	Table string
	// Priority is from 1 to 10; tasks of a higher one run first. 0 means 5.
	Priority int
	// PipelineRunID is the caller's name for the run. "" lets the client make
	// one up.
	PipelineRunID string
	// IgnoreErrors skips rows that cannot be loaded instead of failing.
	IgnoreErrors bool
}

// IngestResult is what an ingestion did.
type IngestResult struct {
	Records       int64 // rows loaded
	Files         int   // files loaded
	ExecutionTime time.Duration
}

// Ingest loads files in the background and returns the task to wait for.
// Servers that do not offer ingestion are reported as [ErrUnsupported].
func (c *Client) Ingest(ctx context.Context, req IngestRequest) (*Task, error) {
	body, err := c.ingestBody(req, gen.IngestRequestModeAsync)
	if err != nil {
		return nil, err
	}
	answer, err := call[gen.IngestTask](c, gen.OpIngestFiles, func() (*http.Response, error) {
		return c.api.IngestFiles(ctx, c.graph, body)
	})
	switch {
	case err != nil:
		return nil, err
	case answer.TaskID == "":
		return nil, c.fail(gen.OpIngestFiles, KindProtocol, "the answer names no task")
	}
	return &Task{ID: answer.TaskID, client: c}, nil
}

// IngestSync loads files and returns when they are loaded.
func (c *Client) IngestSync(ctx context.Context, req IngestRequest) (IngestResult, error) {
	body, err := c.ingestBody(req, gen.IngestRequestModeSync)
	if err != nil {
		return IngestResult{}, err
	}
	answer, err := call[gen.IngestResult](c, gen.OpIngestFiles, func() (*http.Response, error) {
		return c.api.IngestFiles(ctx, c.graph, body)
	})
	return IngestResult{
		Records:       answer.RecordsLoaded,
		Files:         answer.FilesProcessed,
		ExecutionTime: time.Duration(answer.ExecutionTimeMS * float64(time.Millisecond)),
	}, err
}

func (c *Client) ingestBody(req IngestRequest, mode gen.IngestRequestMode) (gen.IngestRequest, error) {
	op := gen.OpIngestFiles
	switch {
	case len(req.Files) == 0:
		return gen.IngestRequest{}, c.fail(op, KindInvalidRequest, "Files is empty; name at least one file")
	case req.Priority < 0 || req.Priority > 10:
		return gen.IngestRequest{}, c.fail(op, KindInvalidRequest, "Priority is %d; it may be 1 to 10, or 0 for 5", req.Priority)
	}
	if req.PipelineRunID == "" {
		req.PipelineRunID = rand.Text()
	}
	return gen.IngestRequest{
		Mode:          mode,
		Bucket:        req.Bucket,
		Files:         req.Files,
		TableName:     req.Table,
		Priority:      req.Priority,
		PipelineRunID: req.PipelineRunID,
		IgnoreErrors:  req.IgnoreErrors,
	}, nil
}
