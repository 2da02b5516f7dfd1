package contract

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// TestDeviationsAreFound puts one deviation each between the suite and a server
// that has none, and wants to be told the operation, the status and the place.
func TestDeviationsAreFound(t *testing.T) {
	target := startMock(t, scriptedEngine(t), 0)
	target.Can = Everything &^ LocksOut
	for _, c := range []struct {
		name   string
		path   string // suffix of the path whose answers are changed
		change func(resp *http.Response, body []byte) []byte
		want   []string
	}{
		{"a field renamed", "/info", replace(`"node_type"`, `"nodeType"`), []string{"getInfo", "200", "node_type"}},
		{"a field renamed in a list", "/databases", replace(`"size_bytes"`, `"bytes"`), []string{"listDatabases", "200", "/databases/0", "size_bytes"}},
		{"a field of another type", "/health", replace(`"healthy"`, `7`), []string{"getHealth", "200", "/status"}},
		{"no last chunk", "/query", replace(`"is_last_chunk": true, "row_count": 1000`, `"is_last_chunk": false, "row_count": 1000`), []string{"queryDatabase", "200", "/is_last_chunk", "stream 1000 rows"}},
		{"a chunk with a wrong count", "/query", replace(`"total_rows_sent": 1001`, `"total_rows_sent": 1002`), []string{"queryDatabase", "200", "line 2/total_rows_sent"}},
		{"a chunk without its columns", "/query", replace(`"columns": ["n"]`, `"names": ["n"]`), []string{"queryDatabase", "200", "line 1", "columns"}},
		{"digits lost", "/query", replace("9223372036854775807", "9223372036854776000"), []string{"queryDatabase", "200", "9223372036854775807"}},
		{"an empty line within an event", "/monitor", replace(`"task_type"`, "\n\n\"task_type\""), []string{"monitorTask", "200", "event 1"}},
		{"an event with other line ends", "/monitor", replace("\r\n", "\n"), []string{"monitorTask", "200", "empty line"}},
		{"an event without a field", "/monitor", replace(`"task_id"`, `"id"`), []string{"monitorTask", "200", "event 1", "task_id"}},
		{"a status that is not declared", "/tasks", func(resp *http.Response, body []byte) []byte {
			resp.StatusCode = http.StatusTeapot
			return body
		}, []string{"listTasks", "418", "does not declare this status"}},
		{"a media type that is not declared", "/schema", func(resp *http.Response, body []byte) []byte {
			resp.Header.Set("Content-Type", "application/xml")
			return body
		}, []string{"getSchema", "200", "application/xml"}},
		{"no JSON", "/stats", replace("{", "<"), []string{"getTaskStats", "200", "not JSON"}},
		{"no word of success", "/schema", replace(`"success":false`, `"success":true`), []string{"installSchema", "200", "/success"}},
		{"chunks that are encoded before one is sent", "/query", encodedAtOnce, []string{"queryDatabase", "200", "line 1/data", "before the others were encoded"}},
		{"a database that is not listed", "/databases", replace("contract-", "x-"), []string{"listDatabases", "200", "/databases"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			altered := target
			altered.URL = alter(t, target.URL, c.path, c.change)
			report, err := Check(t.Context(), altered)
			if err != nil {
				t.Fatal(err)
			}
			for _, finding := range report.Findings {
				if containsAll(finding.String(), c.want) {
					return
				}
			}
			t.Errorf("no finding has all of %q: %v", c.want, report.Findings)
		})
	}
}

func containsAll(text string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
}

func replace(old, with string) func(*http.Response, []byte) []byte {
	return func(_ *http.Response, body []byte) []byte {
		return bytes.ReplaceAll(body, []byte(old), []byte(with))
	}
}

// encodedAtOnce leaves of a stream that fails nothing but the failure.
func encodedAtOnce(_ *http.Response, body []byte) []byte {
	if failed := bytes.Index(body, []byte(`{"error": "a BLOB`)); failed > 0 {
		body = bytes.Replace(body[failed:], []byte(`"chunk_index": 1`), []byte(`"chunk_index": 0`), 1)
		return bytes.Replace(body, []byte(`"total_rows_sent": 1000`), []byte(`"total_rows_sent": 0`), 1)
	}
	return body
}

// alter serves what is at a URL, with some answers changed.
func alter(t *testing.T, at, suffix string, change func(*http.Response, []byte) []byte) string {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(u)
	proxy.ModifyResponse = func(resp *http.Response) error {
		if !strings.HasSuffix(resp.Request.URL.Path, suffix) {
			return nil
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return err
		}
		body = change(resp, body)
		resp.Body = io.NopCloser(bytes.NewReader(body))
		resp.ContentLength = int64(len(body))
		resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
		return nil
	}
	web := httptest.NewServer(proxy)
	t.Cleanup(web.Close)
	return web.URL
}

// TestOwnDatabasesOnly lets servers do what they should refuse, and gives up in
// the middle: the suite works on databases of its own prefix, and removes them.
func TestOwnDatabasesOnly(t *testing.T) {
	for name, refuse := range map[string]bool{"a run to the end": false, "a run that is given up": true} {
		t.Run(name, func(t *testing.T) {
			engine := scriptedEngine(t)
			if err := engine.Create(t.Context(), "mine"); err != nil {
				t.Fatal(err)
			}
			target := startMock(t, engine, 0)
			// A server that says it is a replica, and takes writes all the same.
			target.ReadOnly, target.Full, target.Busy = target.URL, target.URL, target.URL
			target.Can = Everything
			u, err := url.Parse(target.URL)
			if err != nil {
				t.Fatal(err)
			}
			ctx, giveUp := context.WithCancel(t.Context())
			defer giveUp()
			proxy := httputil.NewSingleHostReverseProxy(u)
			web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if graph, ok := strings.CutPrefix(r.URL.Path, "/databases/"); ok {
					if graph, _, _ = strings.Cut(graph, "/"); !strings.HasPrefix(graph, "contract-") && graph != "a b" {
						t.Errorf("%s %s is about a database that is not the suite's", r.Method, r.URL)
					}
				}
				if refuse && strings.HasSuffix(r.URL.Path, "/schema") {
					giveUp()
				}
				proxy.ServeHTTP(w, r)
			}))
			t.Cleanup(web.Close)
			target.URL = web.URL
			if _, err := Check(ctx, target); (err != nil) != refuse {
				t.Errorf("error %v", err)
			}
			names, err := engine.List(t.Context())
			if err != nil || len(names) != 1 || names[0] != "mine" {
				t.Errorf("then there are %q, %v", names, err)
			}
		})
	}
}
