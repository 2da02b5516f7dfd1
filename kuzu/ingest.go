package kuzu

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/robosystems/kuzuclient/gen"
)

// IngestRequest says which files to load into the client's graph.
type IngestRequest struct {
	// Bucket is what Files are relative to. Without it each of Files must be
	// an address of the form s3://bucket/key.
	Bucket string
	// Files are CSV or Parquet files, 1 to 1000.
	Files []string
	// Table is where all files go. "" means that each goes into the table with
	// the file's name, without directory and extension.
	Table string
	// Priority is from 1 to 10; tasks of a higher one run first. 0 means 5.
	Priority int
	// PipelineRunID is the caller's name for the run, kept in the task's
	// Metadata. "" lets the client make one up.
	PipelineRunID string
	// IgnoreErrors skips rows that cannot be loaded instead of failing.
	IgnoreErrors bool
}

// IngestResult is what an ingestion did.
type IngestResult struct {
	Records       int64         // rows loaded
	Files         int           // files loaded
	ExecutionTime time.Duration // on the server
}

// Ingest loads files in the background and returns the task to wait for. A file
// or table that cannot be used is [ErrInvalidRequest], and nothing is loaded; a
// server that does not offer ingestion is [ErrUnsupported].
func (c *Client) Ingest(ctx context.Context, req IngestRequest) (*Task, error) {
	body, err := c.ingestBody(req, gen.IngestRequestModeAsync)
	if err != nil {
		return nil, err
	}
	answer, err := call[gen.IngestTask](ctx, c, gen.OpIngestFiles, func() (*http.Response, error) {
		return c.api.IngestFiles(ctx, c.graph, body)
	})
	if err != nil {
		return nil, err
	}
	return c.newTask(gen.OpIngestFiles, answer.TaskID)
}

// IngestSync loads files and returns when they are loaded; see [Client.Ingest].
// Some servers answer nothing else meanwhile.
func (c *Client) IngestSync(ctx context.Context, req IngestRequest) (IngestResult, error) {
	body, err := c.ingestBody(req, gen.IngestRequestModeSync)
	if err != nil {
		return IngestResult{}, err
	}
	answer, err := call[gen.IngestResult](ctx, c, gen.OpIngestFiles, func() (*http.Response, error) {
		return c.api.IngestFiles(ctx, c.graph, body)
	})
	switch {
	case err != nil:
		return IngestResult{}, err
	case answer.Status == "":
		return IngestResult{}, c.lacks(gen.OpIngestFiles, "status")
	}
	return IngestResult{
		Records:       answer.RecordsLoaded,
		Files:         answer.FilesProcessed,
		ExecutionTime: time.Duration(answer.ExecutionTimeMS * float64(time.Millisecond)),
	}, nil
}

// maxIngestFiles is how many files servers take at once.
const maxIngestFiles = 1000

func (c *Client) ingestBody(req IngestRequest, mode gen.IngestRequestMode) (gen.IngestRequest, error) {
	if err := req.check(); err != nil {
		return gen.IngestRequest{}, c.fail(gen.OpIngestFiles, KindInvalidRequest, "%v", err)
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

// check tells what is wrong with a request.
func (r IngestRequest) check() error {
	switch {
	case len(r.Files) == 0:
		return errors.New("no Files; name at least one")
	case len(r.Files) > maxIngestFiles:
		return fmt.Errorf("%d Files; ingest at most %d at once", len(r.Files), maxIngestFiles)
	case r.Priority < 0 || r.Priority > 10:
		return fmt.Errorf("a Priority of %d; it may be 1 to 10, or 0 for 5", r.Priority)
	}
	for i, file := range r.Files {
		switch {
		case file == "":
			return fmt.Errorf("no name in Files[%d]; name a file", i)
		case r.Bucket == "" && !strings.HasPrefix(file, "s3://"):
			return fmt.Errorf("no Bucket for Files[%d], which is %q; set Bucket, or give s3://bucket/key", i, file)
		}
	}
	return nil
}
