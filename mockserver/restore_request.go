package mockserver

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"strings"

	"github.com/robosystems/kuzuclient/gen/server"
)

// maxFormField bounds the fields of an upload beside the archive.
const maxFormField = 1 << 10

// readRestore reads what a request wants restored. The archive comes as an
// upload, or lies where backup_path says; an upload goes to the disk as it
// arrives. An error is the server's own; what is wrong with the request is an
// issue.
func (s *Server) readRestore(r *http.Request, params server.RestoreDatabaseParams, into *restore) ([]server.ValidationIssue, error) {
	c := &checker{}
	if graphIDFault(into.graphID) != "" {
		c.add("string_pattern_mismatch", []any{"path", "graph_id"}, "String should match pattern '^[a-zA-Z0-9_-]+$'",
			into.graphID, map[string]any{"pattern": "^[a-zA-Z0-9_-]+$"})
	}
	at, shown := []any{"body", "backup_data"}, any(nil)
	if params.BackupPath != nil {
		at, shown = []any{"query", "backup_path"}, *params.BackupPath
		file, err := s.openBackup(*params.BackupPath)
		if err != nil {
			c.unusable(at, shown, err)
			return c.issues, nil
		}
		into.file = file
	} else if err := s.receive(r, c, into); err != nil {
		return nil, err
	}
	if into.file == nil || len(c.issues) > 0 {
		return c.issues, nil
	}
	info, err := into.file.Stat()
	if err != nil {
		return nil, err
	}
	into.size = info.Size()
	if into.database, err = openArchive(into.file, into.size); err != nil {
		c.unusable(at, shown, err)
	}
	return c.issues, nil
}

// unusable says that what came in a field is not what can be restored.
func (c *checker) unusable(at []any, shown any, err error) {
	c.add("value_error", at, "Value error, the backup cannot be used: "+err.Error(), shown, map[string]any{"error": err.Error()})
}

// receive reads the parts of an upload.
func (s *Server) receive(r *http.Request, c *checker, into *restore) error {
	media, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if media != "multipart/form-data" || params["boundary"] == "" {
		c.add("missing", []any{"body", "backup_data"}, "Field required", nil, nil)
		return nil
	}
	err := s.receiveParts(multipart.NewReader(r.Body, params["boundary"]), c, into)
	if disk, ok := errors.AsType[*diskError](err); ok {
		return disk
	}
	switch {
	case !errors.Is(err, io.EOF):
		c.add("value_error", []any{"body"}, "Value error, the upload breaks off: "+err.Error(), nil, map[string]any{"error": err.Error()})
	case into.file == nil:
		c.add("missing", []any{"body", "backup_data"}, "Field required", nil, nil)
	}
	return nil
}

// receiveParts ends with an error always, with [io.EOF] after the last part.
func (s *Server) receiveParts(parts *multipart.Reader, c *checker, into *restore) error {
	for {
		part, err := parts.NextPart()
		if err != nil {
			return err
		}
		if err := s.receivePart(part, c, into); err != nil {
			return err
		}
	}
}

// diskError is a failure to keep what was received.
type diskError struct{ error }

func (e *diskError) Unwrap() error { return e.error }

func (s *Server) receivePart(part *multipart.Part, c *checker, into *restore) error {
	switch name := part.FormName(); name {
	case "backup_data":
		into.close() // of several the last counts
		file, err := s.archives.temporary()
		if err != nil {
			return &diskError{err}
		}
		into.file = file
		_, err = io.CopyBuffer(&diskWriter{file}, part, make([]byte, 256<<10))
		return err
	case "create_system_backup", "force_overwrite":
		field, err := io.ReadAll(io.LimitReader(part, maxFormField))
		if err != nil {
			return err
		}
		value, ok := boolean(string(field))
		if !ok {
			c.add("bool_parsing", []any{"body", name}, "Input should be a valid boolean, unable to interpret input", string(field), nil)
		}
		if name == "force_overwrite" {
			into.overwrite = value
		} else {
			into.systemBackup = value
		}
	}
	return nil
}

// diskWriter tells failures of the disk from those of the upload.
type diskWriter struct{ file *os.File }

func (w *diskWriter) Write(p []byte) (int, error) {
	n, err := w.file.Write(p)
	if err != nil {
		err = &diskError{err}
	}
	return n, err
}

// openBackup opens an archive that this server has kept, or one in a bucket.
func (s *Server) openBackup(address string) (*os.File, error) {
	if !strings.HasPrefix(address, s3Scheme) {
		if !strings.HasPrefix(address, archivePrefix) {
			return nil, fmt.Errorf("backup_path is %q; give what a backup task names, or an address s3://bucket/key", address)
		}
		return s.archives.open(address)
	}
	return s.files.open(address)
}
