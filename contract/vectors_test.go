package contract_test

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
)

// vectors is contract/vectors/index.json, which its README describes.
type vectors struct {
	Streams []struct {
		Name, File, Ends string
		Rows             int
		Columns          []string
		Last             map[string]struct{ Type, Value string }
	}
	Errors []struct {
		Name        string
		Status      int
		ContentType string `json:"content_type"`
		Body, Kind  string
		Message     *string
		RetryAfter  int `json:"retry_after"`
	}
	Events []struct {
		Name, File, Ends, Error string
		Events                  []string
		RecordsLoaded           int64 `json:"records_loaded"`
	}
	Requests []struct {
		Name, Method, Path string
		Body               map[string]any
	}
	Values []struct {
		Name, Kuzu, Why string
		Plain, Stream   *string
		Becomes         value
	}
	Responses []struct {
		Name, Operation, Body string
		Status                int
		ContentType           string `json:"content_type"`
		Kind, Message         *string
	}
	Health []struct {
		Name, Body string
		Databases  int
		MemoryMB   float64 `json:"memory_mb"`
	}
	Cached []struct{ Name string } // read by the tests of package factory
}

// kinds are the words of the vectors.
var kinds = map[string]error{
	"syntax": kuzu.ErrSyntax, "execution": kuzu.ErrExecution, "invalid request": kuzu.ErrInvalidRequest,
	"unauthorized": kuzu.ErrUnauthorized, "forbidden": kuzu.ErrForbidden, "not found": kuzu.ErrNotFound,
	"conflict": kuzu.ErrConflict, "too large": kuzu.ErrTooLarge, "throttled": kuzu.ErrThrottled,
	"locked out": kuzu.ErrLockedOut, "unavailable": kuzu.ErrUnavailable, "timeout": kuzu.ErrTimeout,
	"capacity": kuzu.ErrCapacity, "unsupported": kuzu.ErrUnsupported, "truncated": kuzu.ErrTruncated,
	"protocol": kuzu.ErrProtocol, "server": kuzu.ErrServer,
}

func loadVectors(t *testing.T) vectors {
	t.Helper()
	var v vectors
	if err := json.Unmarshal(readVector(t, "index.json"), &v); err != nil {
		t.Fatal(err)
	}
	if slices.Contains([]int{
		len(v.Streams), len(v.Errors), len(v.Events), len(v.Requests), len(v.Values), len(v.Responses), len(v.Health), len(v.Cached),
	}, 0) {
		t.Fatal("the index lacks a section")
	}
	return v
}

func readVector(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("vectors", filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// vectorFiles lists the files beside the index.
func vectorFiles(t *testing.T) (files []string) {
	t.Helper()
	for _, pattern := range []string{"streams/*", "events/*"} {
		found, err := fs.Glob(os.DirFS("vectors"), pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	return files
}

// vectorClient returns a client of a server that is one handler.
func vectorClient(t *testing.T, handler http.HandlerFunc) *kuzu.Client {
	t.Helper()
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	c, err := kuzu.New(srv.URL, kuzu.WithGraph("vectors"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestVectorStreams(t *testing.T) {
	for _, vector := range loadVectors(t).Streams {
		t.Run(vector.Name, func(t *testing.T) {
			c := vectorClient(t, func(w http.ResponseWriter, r *http.Request) {
				if !strings.HasSuffix(r.URL.Path, "/query") {
					// The client asks what is behind an empty stream, and learns nothing.
					w.WriteHeader(http.StatusInternalServerError)
					return
				}
				w.Header().Set("Content-Type", "application/x-ndjson")
				_, _ = w.Write(readVector(t, vector.File))
			})
			rows := c.Stream(t.Context(), "RETURN 1 AS n", nil)
			defer rows.Close()
			count := 0
			var last kuzu.Row
			for rows.Next() {
				count, last = count+1, rows.Row()
			}
			if count != vector.Rows {
				t.Errorf("%d rows, want %d", count, vector.Rows)
			}
			switch err := rows.Err(); {
			case vector.Ends == "complete" && err != nil:
				t.Errorf("error %v", err)
			case vector.Ends != "complete" && !errors.Is(err, kinds[vector.Ends]):
				t.Errorf("error %v, want kind %s", err, vector.Ends)
			}
			if vector.Columns != nil && count > 0 && !slices.Equal(last.Columns(), vector.Columns) {
				t.Errorf("columns %q, want %q", last.Columns(), vector.Columns)
			}
			for name, want := range vector.Last {
				got, err := last.Get(name)
				if err != nil || !sameValue(got, want.Type, want.Value) {
					t.Errorf("column %s is %#v (%v), want %s %s", name, got, err, want.Type, want.Value)
				}
			}
		})
	}
}

// sameValue compares a value with what the vectors say of it.
func sameValue(got any, kind, text string) bool {
	switch kind {
	case "integer":
		switch got := got.(type) {
		case int64:
			return strconv.FormatInt(got, 10) == text
		case uint64:
			return strconv.FormatUint(got, 10) == text
		}
		return false
	case "float":
		want, err := strconv.ParseFloat(text, 64)
		f, ok := got.(float64)
		return err == nil && ok && (f == want || math.IsNaN(f) && math.IsNaN(want))
	case "bool":
		return got == (text == "true")
	case "null":
		return got == nil
	default:
		return got == text
	}
}

func TestVectorErrors(t *testing.T) {
	for _, vector := range loadVectors(t).Errors {
		t.Run(vector.Name, func(t *testing.T) {
			c := vectorClient(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = []string{vector.ContentType}
				w.WriteHeader(vector.Status)
				_, _ = io.WriteString(w, vector.Body)
			})
			_, err := c.Query(t.Context(), "RETURN 1 AS n", nil)
			if !errors.Is(err, kinds[vector.Kind]) {
				t.Errorf("error %v, want kind %s", err, vector.Kind)
			}
			e, ok := errors.AsType[*kuzu.Error](err)
			if !ok {
				t.Fatalf("error %T", err)
			}
			if e.Status != vector.Status || e.RetryAfter != time.Duration(vector.RetryAfter)*time.Second {
				t.Errorf("status %d, retry after %v; want %d and %d s", e.Status, e.RetryAfter, vector.Status, vector.RetryAfter)
			}
			if vector.Message != nil && e.Message != *vector.Message {
				t.Errorf("message %q, want %q", e.Message, *vector.Message)
			}
		})
	}
}
