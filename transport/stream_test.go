package transport_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/transport"
)

// streamServer serves a graph "social" whose statements return numbers.
func streamServer(t *testing.T, quirks mockserver.Quirks) (server string) {
	t.Helper()
	engine := mockserver.NewScripted()
	if err := engine.Create(t.Context(), "social"); err != nil {
		t.Fatal(err)
	}
	for _, rows := range streamSizes {
		values := make([][]any, rows)
		for i := range values {
			values[i] = []any{int64(i)}
		}
		engine.Answer(numbers(rows), []string{"n"}, values...)
		engine.Answer(limited(rows), []string{"n"}, values...)
		if rows > 0 { // fails after its last row
			values = append(values, []any{mockserver.Date{}})
			engine.Answer(failing(rows), []string{"n"}, values...)
		}
	}
	srv, err := mockserver.New(mockserver.Config{Engine: engine, Quirks: quirks})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(srv)
	t.Cleanup(func() {
		web.Close()
		_ = srv.Close()
	})
	return web.URL
}

// behindProxy puts a reverse proxy before a server.
func behindProxy(t *testing.T, server string) string {
	t.Helper()
	target, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	handler := httputil.NewSingleHostReverseProxy(target)
	pool := transport.NewBase()
	// The server closes the connection of a failed stream. A proxy that sends the
	// next request into it answers 502, which is not what is tested.
	pool.DisableKeepAlives = true
	handler.Transport = pool
	proxy := httptest.NewServer(handler)
	t.Cleanup(func() {
		proxy.Close()
		pool.CloseIdleConnections()
	})
	return proxy.URL
}

var streamSizes = []int{0, 1, 999, 1000, 1001, 2000, 10_000, 10_001}

func numbers(rows int) string { return fmt.Sprintf("UNWIND range(1, %d) AS n RETURN n", rows) }
func limited(rows int) string { return numbers(rows) + fmt.Sprintf(" LIMIT %d", rows) }
func failing(rows int) string { return fmt.Sprintf("MATCH (n:Fails%d) RETURN n", rows) }

// reader is a client of streams over the layer alone.
type reader struct {
	base   *http.Transport
	client *http.Client
}

func newReader(t *testing.T, change ...func(*transport.StreamSettings)) *reader {
	t.Helper()
	settings := transport.DefaultStreamSettings()
	for _, f := range change {
		f(&settings)
	}
	base := transport.NewBase()
	t.Cleanup(base.CloseIdleConnections)
	return &reader{base, &http.Client{Transport: transport.Streams(base, settings)}}
}

// ask opens a stream.
func (r *reader) ask(ctx context.Context, server, statement string) (*http.Response, error) {
	body, _ := json.Marshal(map[string]any{"database": "social", "cypher": statement})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, server+"/databases/social/query?streaming=true", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	return r.client.Do(req)
}

// read returns the lines of a stream, read as those do who know nothing of it.
func (r *reader) read(t *testing.T, server, statement string) (rows int64, lines []string, err error) {
	t.Helper()
	resp, err := r.ask(t.Context(), server, statement)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d", resp.StatusCode)
	}
	body, err := io.ReadAll(resp.Body)
	lines = strings.SplitAfter(string(body), "\n")
	for _, line := range lines[:len(lines)-1] {
		var chunk struct {
			Data []struct{ N int64 } `json:"data"`
		}
		if err := json.Unmarshal([]byte(line), &chunk); err != nil {
			t.Fatal(err)
		}
		for _, row := range chunk.Data {
			if row.N != rows {
				t.Fatalf("row %d is %d", rows, row.N)
			}
			rows++
		}
	}
	if last := lines[len(lines)-1]; last != "" {
		t.Errorf("half a line was handed out: %q", last)
	}
	return rows, lines[:len(lines)-1], err
}

// TestStreamsAreToldCompleteOrNot reads streams of every size at which the
// number of chunks changes, with and without the oddities of servers, with and
// without a LIMIT, directly and through a proxy.
func TestStreamsAreToldCompleteOrNot(t *testing.T) {
	for name, quirks := range map[string]mockserver.Quirks{"promised": 0, "deployed": mockserver.QuirksDeployed} {
		server := streamServer(t, quirks)
		proxy := behindProxy(t, server)
		for _, rows := range streamSizes {
			// Without its last chunk, only something else can tell that it is whole.
			doubtful := quirks != 0 && rows > 0 && rows%1000 == 0
			for way, test := range map[string]struct {
				server, statement string
				direct, complete  bool
			}{
				"direct":             {server, numbers(rows), true, true},
				"direct, LIMIT":      {server, limited(rows), true, true},
				"not known, LIMIT":   {server, limited(rows), false, true},
				"not known":          {server, numbers(rows), false, !doubtful},
				"behind proxy":       {proxy, numbers(rows), false, !doubtful},
				"behind proxy LIMIT": {proxy, limited(rows), false, true},
			} {
				t.Run(fmt.Sprintf("%s/%d rows/%s", name, rows, way), func(t *testing.T) {
					r := newReader(t, func(s *transport.StreamSettings) { s.Direct = test.direct })
					n, _, err := r.read(t, test.server, test.statement)
					if n != int64(rows) {
						t.Errorf("%d rows", n)
					}
					if test.complete {
						if err != nil {
							t.Errorf("a complete stream: %v", err)
						}
						return
					}
					e, ok := errors.AsType[*transport.Error](err)
					if !ok || !errors.Is(err, transport.ErrTruncated) || !errors.Is(err, transport.ErrUnconfirmed) || e.Rows != int64(rows) {
						t.Errorf("a doubtful stream: %v", err)
					}
				})
			}
		}
	}
}

// TestFailedStreamsAreNotTakenForComplete have lost their end without a word.
func TestFailedStreamsAreNotTakenForComplete(t *testing.T) {
	server := streamServer(t, mockserver.QuirksDeployed)
	for way, url := range map[string]string{"direct": server, "behind proxy": behindProxy(t, server)} {
		for _, rows := range []int{1000, 2000, 10_000, 1001} {
			t.Run(fmt.Sprintf("%s/%d rows", way, rows), func(t *testing.T) {
				r := newReader(t, func(s *transport.StreamSettings) { s.Direct = way == "direct" })
				n, _, err := r.read(t, url, failing(rows))
				if e, ok := errors.AsType[*transport.Error](err); !ok || e.Kind != transport.KindTruncated || e.Rows != n || n != int64(rows/1000*1000) {
					t.Errorf("%d rows, %v", n, err)
				}
			})
		}
	}
}
