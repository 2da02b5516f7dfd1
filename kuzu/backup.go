package kuzu

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"

	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/transport"
)

// BackupRequest says what a backup is like. The zero value is a compressed one
// with metadata, as servers make it by default.
type BackupRequest struct {
	Encryption      bool // encrypt it
	Uncompressed    bool // leave it uncompressed
	WithoutMetadata bool // leave out what is not data
}

// Backup makes a backup of the client's graph on the server, in the background,
// and returns the task to wait for. On deployed servers, which announce backups
// and make none, the task fails with [ErrUnsupported].
func (c *Client) Backup(ctx context.Context, req BackupRequest) (*Task, error) {
	op := gen.OpCreateBackup
	compression, metadata := !req.Uncompressed, !req.WithoutMetadata
	body := gen.BackupRequest{
		BackupFormat: gen.BackupRequestBackupFormatFullDump,
		Compression:  &compression, Encryption: req.Encryption, IncludeMetadata: &metadata,
	}
	answer, err := call[gen.BackupResponse](ctx, c, op, func() (*http.Response, error) {
		return c.api.CreateBackup(ctx, c.graph, body)
	})
	if err != nil {
		return nil, err
	}
	return c.newTask(op, answer.TaskID)
}

// archiveTypes are the media types of an archive.
var archiveTypes = []string{"application/zip", "application/octet-stream"}

// DownloadBackup writes a ZIP archive of the client's graph, as it is now, to w
// as it arrives, and returns how many bytes it wrote. If it fails, what was
// written is not an archive: remove it. A server that cannot make one, as all
// deployed ones, is [ErrUnsupported]. An error of w is the cause of a
// [KindCanceled].
func (c *Client) DownloadBackup(ctx context.Context, w io.Writer) (int64, error) {
	op := gen.OpDownloadBackup
	resp, err := c.send(ctx, op, func() (*http.Response, error) {
		return c.api.DownloadBackup(ctx, c.graph)
	})
	if e, ok := err.(*Error); ok && e.Status == http.StatusInternalServerError && e.Message == unhandled { //nolint:errorlint // send returns it unwrapped
		return 0, c.fail(op, KindUnsupported, "it failed on the archive, as every deployed server does; back up its volume instead")
	}
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	got := resp.Header.Get("Content-Type")
	if media, _, _ := mime.ParseMediaType(got); !slices.Contains(archiveTypes, media) {
		return 0, c.protocol(op, fmt.Errorf("the answer has the content type %.100q instead of application/zip", got))
	}
	sink := &keepError{w: w}
	n, err := io.Copy(sink, resp.Body)
	switch {
	case sink.err != nil:
		e := c.fail(op, KindCanceled, "the archive could not be written after %d bytes", n)
		e.Err = sink.err
		return n, e
	case err != nil:
		return n, c.annotate(op, transport.SendError(ctx, fmt.Errorf("the archive broke off after %d bytes: %w", n, err)))
	case n == 0:
		return 0, c.protocol(op, io.ErrUnexpectedEOF)
	}
	return n, nil
}

// unhandled is what a server answers to a request that it stumbled over.
const unhandled = "Internal Server Error"

// keepError tells an error of the destination from one of the source.
type keepError struct {
	w   io.Writer
	err error
}

func (k *keepError) Write(p []byte) (int, error) {
	n, err := k.w.Write(p)
	k.err = err
	return n, err
}
