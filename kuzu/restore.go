package kuzu

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/robosystems/kuzuclient/gen"
)

// RestoreRequest says what to make the client's graph of. Servers take either
// an upload or the address of an archive; set one of them.
type RestoreRequest struct {
	// Archive is a ZIP archive as [Client.DownloadBackup] writes it. It is sent as
	// it is read and never held in memory. Another goroutine reads it. When the
	// call fails or is canceled while a Read is under way, Restore returns all the
	// same; that goroutine ends with that Read, of which nothing is used. To use
	// the same reader again, make it return first, as by closing a file.
	Archive io.Reader
	// Path is where the server finds the archive, such as s3://bucket/kg1.zip.
	Path string
	// Overwrite replaces a graph that exists; otherwise that is [ErrConflict].
	// It goes with Archive.
	Overwrite bool
	// WithoutSystemBackup skips the backup that the server makes of a graph
	// before it replaces it. It goes with Archive.
	WithoutSystemBackup bool
	// OnProgress, which may be nil, is called with the number of bytes of
	// Archive read so far, which are sent or about to be. It is called from
	// another goroutine, one call at a time, and never after Restore has returned.
	OnProgress func(sent int64)
}

// Restore makes the client's graph of an archive, in the background, and returns
// the task to wait for. A server that does not restore, or not in this way, is
// [ErrUnsupported], as are all deployed ones. If reading Archive fails, so does
// the call, with that error as the cause.
func (c *Client) Restore(ctx context.Context, req RestoreRequest) (*Task, error) {
	op := gen.OpRestoreDatabase
	if err := req.check(); err != nil {
		return nil, c.fail(op, KindInvalidRequest, "%v", err)
	}
	var up *upload
	answer, err := call[gen.RestoreResponse](ctx, c, op, func() (*http.Response, error) {
		if req.Archive == nil {
			params := &gen.RestoreDatabaseParams{BackupPath: &req.Path}
			return c.api.RestoreDatabaseWithBody(ctx, c.graph, params, "", http.NoBody, withoutContentType)
		}
		var contentType string
		up, contentType = newUpload(ctx, req)
		return c.api.RestoreDatabaseWithBody(ctx, c.graph, nil, contentType, up)
	})
	unread := up.end()
	e, _ := errors.AsType[*Error](err)
	switch {
	case e != nil && unread != nil && ctx.Err() == nil:
		e.Kind, e.Message, e.Err = KindInvalidRequest, "the archive could not be read", unread
		return nil, e
	case e != nil && e.Status == http.StatusUnprocessableEntity && strings.Contains(e.Message, "query.backup_path"):
		return nil, c.fail(op, KindUnsupported, "it takes no upload; give the address of the archive in Path")
	case err != nil:
		return nil, err
	case answer.Status == "not_implemented":
		return nil, c.fail(op, KindUnsupported, "%s", answer.Message)
	}
	return c.newTask(op, answer.TaskID)
}

// check tells what is wrong with a request.
func (r RestoreRequest) check() error {
	switch {
	case r.Archive == nil && r.Path == "":
		return errors.New("neither Archive nor Path; set one of them")
	case r.Archive != nil && r.Path != "":
		return errors.New("both Archive and Path; set one of them")
	case r.Archive == nil && (r.Overwrite || r.WithoutSystemBackup || r.OnProgress != nil):
		return errors.New("the options Overwrite, WithoutSystemBackup and OnProgress go with Archive and not with Path")
	}
	return nil
}

func withoutContentType(_ context.Context, req *http.Request) error {
	req.Header.Del("Content-Type")
	return nil
}

// upload is the body of a restore: an archive between the parts of a form. Its
// length is not known, so that the server's limit for bodies does not apply.
//
// net/http waits for a Read of a body, also when the call is canceled. The archive
// may be a connection that is silent for good, so that a goroutine reads it, and
// the body is a pipe from there.
type upload struct {
	form    io.Reader
	archive io.Reader
	report  func(int64)
	start   sync.Once
	from    *io.PipeReader
	to      *io.PipeWriter
	forget  func() bool // the context

	// mu guards what follows: the goroutine may go on while the call returns. It
	// is held during a report, so that none comes after the call.
	mu    sync.Mutex
	ended bool
	sent  int64
	err   error // of the archive
}

func newUpload(ctx context.Context, req RestoreRequest) (up *upload, contentType string) {
	var form bytes.Buffer // writing to it does not fail
	w := multipart.NewWriter(&form)
	_ = w.WriteField("create_system_backup", strconv.FormatBool(!req.WithoutSystemBackup))
	_ = w.WriteField("force_overwrite", strconv.FormatBool(req.Overwrite))
	_, _ = w.CreateFormFile("backup_data", "backup.zip")
	head := form.Len()
	_ = w.Close()
	up = &upload{archive: req.Archive, report: req.OnProgress}
	up.from, up.to = io.Pipe()
	up.forget = context.AfterFunc(ctx, func() { _ = up.from.CloseWithError(context.Cause(ctx)) })
	up.form = io.MultiReader(bytes.NewReader(form.Bytes()[:head]), readFunc(up.readArchive), bytes.NewReader(form.Bytes()[head:]))
	return up, w.FormDataContentType()
}

// Read implements [io.Reader].
func (u *upload) Read(p []byte) (int, error) { return u.form.Read(p) }

func (u *upload) readArchive(p []byte) (int, error) {
	u.start.Do(func() { go u.pump() })
	return u.from.Read(p)
}

// pumpBuffer is how much of an archive is in memory.
const pumpBuffer = 64 << 10

// pump hands on the archive until its end, or until the call has ended.
func (u *upload) pump() {
	buf := make([]byte, pumpBuffer)
	for {
		n, err := u.archive.Read(buf)
		if !u.count(n, err) {
			return
		}
		if n > 0 {
			if _, closed := u.to.Write(buf[:n]); closed != nil {
				return
			}
		}
		if err != nil {
			_ = u.to.CloseWithError(err) // io.EOF ends the body as it should
			return
		}
	}
}

// count notes what came from the archive, and reports whether the call goes on.
func (u *upload) count(n int, err error) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.ended {
		return false
	}
	u.sent += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		u.err = fmt.Errorf("after %d bytes: %w", u.sent, err)
	}
	if n > 0 && u.report != nil {
		u.report(u.sent)
	}
	return true
}

// end stops reading and the reports, and returns what was wrong with the archive.
// A nil upload has none.
func (u *upload) end() error {
	if u == nil {
		return nil
	}
	u.forget()
	_ = u.from.Close() // it returns nil
	u.mu.Lock()
	defer u.mu.Unlock()
	u.ended = true
	return u.err
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }
