package mockserver

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// files finds the files of buckets, which are directories below root.
type files struct{ root string }

// source is a file to load, or a pattern of files.
type source struct {
	name string // s3://bucket/key, as shown to clients
	path string // on this machine
	size int64  // 0 for a pattern
}

const s3Scheme = "s3://"

// locate finds the file that a name in a bucket, or an s3:// address, means.
// Names that lead out of the bucket, also through a link, are refused.
func (f *files) locate(bucket, name string) (source, error) {
	if address, ok := strings.CutPrefix(name, s3Scheme); ok {
		bucket, name, _ = strings.Cut(address, "/")
	}
	if bucket == "" {
		return source{}, fmt.Errorf("file %s: give a bucket, or an address s3://bucket/key", name)
	}
	full, err := f.join(bucket, name)
	if err != nil {
		return source{}, err
	}
	shown := path.Join(bucket, name)
	switch strings.ToLower(path.Ext(name)) {
	case ".csv", ".parquet":
	default:
		return source{}, fmt.Errorf("file %s: only .csv and .parquet files can be loaded", shown)
	}
	info, err := f.stat(bucket, filepath.FromSlash(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return source{}, fmt.Errorf("file %s does not exist", shown)
	case err != nil:
		return source{}, fmt.Errorf("file %s cannot be read: %w", shown, reason(err))
	case !info.Mode().IsRegular():
		return source{}, fmt.Errorf("%s is not a file", shown)
	}
	return source{name: s3Scheme + shown, path: full, size: info.Size()}, nil
}

// open opens the file at an s3:// address.
func (f *files) open(address string) (*os.File, error) {
	bucket, name, _ := strings.Cut(strings.TrimPrefix(address, s3Scheme), "/")
	if _, err := f.join(bucket, name); err != nil {
		return nil, err
	}
	var file *os.File
	err := f.within(bucket, func(dir *os.Root) (err error) {
		file, err = dir.Open(filepath.FromSlash(name))
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("file %s/%s does not exist", bucket, name)
	}
	return file, reason(err)
}

// stat follows links only as far as they stay in the bucket, which itself has to
// lie in the root.
func (f *files) stat(bucket, name string) (info fs.FileInfo, err error) {
	err = f.within(bucket, func(dir *os.Root) (err error) {
		info, err = dir.Stat(name)
		return err
	})
	return info, err
}

// within does something in the directory of a bucket, out of which no link leads.
func (f *files) within(bucket string, do func(*os.Root) error) error {
	root, err := os.OpenRoot(f.root)
	if err != nil {
		return err
	}
	defer root.Close()
	dir, err := root.OpenRoot(bucket)
	if err != nil {
		return err
	}
	defer dir.Close()
	return do(dir)
}

// resolve turns an s3:// pattern into a pattern of this machine.
func (f *files) resolve(pattern string) (string, error) {
	address, ok := strings.CutPrefix(pattern, s3Scheme)
	if !ok {
		return "", fmt.Errorf("pattern %s: give an address s3://bucket/key", pattern)
	}
	bucket, key, _ := strings.Cut(address, "/")
	return f.join(bucket, key)
}

func (f *files) join(bucket, name string) (string, error) {
	shown := bucket + "/" + name
	switch {
	case f.root == "":
		return "", fmt.Errorf("file %s: this server has no data root", shown)
	case strings.ContainsAny(shown, "\"'\\\x00\n\r"):
		return "", fmt.Errorf("file %q: quotes, backslashes and line ends are not allowed in names", shown)
	case bucket == "." || bucket != filepath.Base(bucket) || !filepath.IsLocal(bucket) || !filepath.IsLocal(filepath.FromSlash(name)):
		return "", fmt.Errorf("file %s lies outside its bucket", shown)
	}
	return filepath.Join(f.root, bucket, filepath.FromSlash(name)), nil
}

// reason drops the machine's path from a file error.
func reason(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err
	}
	return err
}
