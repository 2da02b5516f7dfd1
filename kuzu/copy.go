package kuzu

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/robosystems/kuzuclient/gen"
)

// CopyRequest says which files to copy into a table.
type CopyRequest struct {
	// Pattern is the address of one file, or of many with *, such as
	// s3://bucket/Person/*.parquet.
	Pattern string
	// Table is where the rows go. Its name may hold letters, digits and _.
	Table string
	// Credentials are for Pattern. nil leaves it to the server, which then
	// limits the copy to 2 minutes instead of 30.
	Credentials *S3Credentials
	// IgnoreErrors skips rows that cannot be loaded instead of failing.
	IgnoreErrors bool
}

// S3Credentials are sent to the server and appear in no error.
type S3Credentials = gen.S3Credentials

// Copy loads files into one table in the background and returns the task to wait
// for. A graph that the server does not hold is [ErrNotFound]: servers do not
// look, and make an empty database of its name, so the client asks first.
//
// A server answers nothing else while it copies. See [Client.Ingest] for several
// tables at once, where the server offers it.
func (c *Client) Copy(ctx context.Context, req CopyRequest) (*Task, error) {
	op := gen.OpCopyFiles
	if err := req.check(); err != nil {
		return nil, c.fail(op, KindInvalidRequest, "%v", err)
	}
	if _, err := c.Database(ctx); err != nil {
		return nil, err
	}
	body := gen.CopyRequest{
		S3Pattern: req.Pattern, TableName: req.Table,
		S3Credentials: req.Credentials, IgnoreErrors: &req.IgnoreErrors,
	}
	answer, err := call[gen.CopyResponse](ctx, c, op, func() (*http.Response, error) {
		return c.api.CopyFiles(ctx, c.graph, body)
	})
	if err != nil {
		return nil, err
	}
	return c.newTask(op, answer.TaskID)
}

// check tells what is wrong with a request. Servers put both texts into a
// statement as they are.
func (r CopyRequest) check() error {
	switch {
	case r.Pattern == "":
		return errors.New("no Pattern; give the address of a file, such as s3://bucket/Person/*.parquet")
	case strings.ContainsAny(r.Pattern, "\"\\(\r\n"):
		return fmt.Errorf("the Pattern %.200q holds a quote, a backslash, a parenthesis or a line break, which servers cannot copy from; rename the file", r.Pattern)
	case !isIdentifier(r.Table):
		return fmt.Errorf("the Table %.64q; it may hold letters, digits and _, and begins with no digit", r.Table)
	}
	return nil
}

// isIdentifier reports whether a name needs no quotes anywhere.
func isIdentifier(name string) bool {
	for i, r := range name {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}
