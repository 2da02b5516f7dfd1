package mockserver

import (
	"archive/zip"
	"compress/flate"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// An archive is a backup as a ZIP file: the database as its engine gives it, in
// one entry named <database>.kuzu, and what is worth knowing about it.
const (
	databaseSuffix = ".kuzu"
	metadataEntry  = "metadata.json"
)

// archiveMetadata describes a backup to people. Restoring does not need it.
type archiveMetadata struct {
	Database  string `json:"database"`
	Format    string `json:"backup_format"`
	CreatedAt string `json:"created_at"`
	SizeBytes int64  `json:"size_bytes"`
}

// archiveWriter says what to write and how.
type archiveWriter struct {
	database   string
	compressed bool
	described  bool              // with metadata
	progress   func(percent int) // called when the figure has changed; may be nil
}

// write puts a snapshot into a ZIP archive, as far as the context lasts.
func (a archiveWriter) write(ctx context.Context, w io.Writer, snapshot *Snapshot) error {
	out := zip.NewWriter(w)
	out.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	method := zip.Store
	if a.compressed {
		method = zip.Deflate
	}
	now := time.Now()
	entry, err := out.CreateHeader(&zip.FileHeader{Name: a.database + databaseSuffix, Method: method, Modified: now})
	if err != nil {
		return err
	}
	from := &meteredReader{ctx: ctx, from: snapshot, total: snapshot.Size, progress: a.progress}
	if _, err := io.CopyBuffer(entry, from, make([]byte, 256<<10)); err != nil {
		return err
	}
	if a.described {
		about := archiveMetadata{Database: a.database, Format: "full_dump", CreatedAt: utcText(now), SizeBytes: from.done}
		if entry, err = out.CreateHeader(&zip.FileHeader{Name: metadataEntry, Method: method, Modified: now}); err != nil {
			return err
		}
		if err := json.NewEncoder(entry).Encode(about); err != nil {
			return err
		}
	}
	return out.Close()
}

// meteredReader tells how far it is, and fails once its context has ended.
type meteredReader struct {
	ctx      context.Context
	from     io.Reader
	total    int64
	progress func(percent int)
	done     int64
	percent  int
}

// Read never reports 100: only the end of the task is that.
func (r *meteredReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.from.Read(p)
	r.done += int64(n)
	percent := min(int(float64(r.done)/float64(max(r.total, 1))*100), 99)
	if percent > r.percent && r.progress != nil {
		r.percent = percent
		r.progress(percent)
	}
	return n, err
}

// maxDirectory bounds the part of a ZIP file that lists its entries, which is
// read into memory.
const maxDirectory = 1 << 20

type directoryReader struct {
	from io.ReaderAt
	left int64
}

func (r *directoryReader) ReadAt(p []byte, at int64) (int, error) {
	if r.left -= int64(len(p)); r.left < 0 {
		return 0, errDirectory
	}
	return r.from.ReadAt(p, at)
}

var errDirectory = errors.New("it lists too many entries")

// openArchive finds the database in an archive. The error says what is wrong
// with it; what shows only when the entry is read, such as a wrong checksum, is
// left to the reader of the entry.
func openArchive(file io.ReaderAt, size int64) (*zip.File, error) {
	bounded := &directoryReader{from: file, left: maxDirectory}
	in, err := zip.NewReader(bounded, size)
	bounded.left = math.MaxInt64 // what follows is not kept
	switch {
	case errors.Is(err, errDirectory):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("it is not a ZIP archive, or cut off (%w)", err)
	}
	var database *zip.File
	for _, entry := range in.File {
		switch {
		case !filepath.IsLocal(entry.Name) || strings.Contains(entry.Name, `\`):
			return nil, fmt.Errorf("the entry %q leads out of the archive", entry.Name)
		case entry.Flags&1 != 0:
			return nil, fmt.Errorf("the entry %q is encrypted", entry.Name)
		case entry.Name == metadataEntry:
		case path.Base(entry.Name) != entry.Name || path.Ext(entry.Name) != databaseSuffix:
			return nil, fmt.Errorf("the entry %q is not part of a backup, which is one file named <database>%s beside %s", entry.Name, databaseSuffix, metadataEntry)
		case database != nil:
			return nil, fmt.Errorf("it holds two databases, %q and %q", database.Name, entry.Name)
		default:
			database = entry
		}
	}
	if database == nil {
		return nil, fmt.Errorf("it holds no database, a file named <database>%s", databaseSuffix)
	}
	if _, err := database.DataOffset(); err != nil {
		return nil, fmt.Errorf("the entry %q is broken (%w)", database.Name, err)
	}
	return database, nil
}
