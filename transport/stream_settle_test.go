package transport_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/transport"
)

// thousand is a chunk that leaves in doubt whether it is the last.
func thousand() string {
	return `{"chunk_index": 0, "data": [{"n": 0}` + strings.Repeat(`, {"n": 0}`, 999) +
		`], "columns": ["n"], "is_last_chunk": false, "row_count": 1000, "total_rows_sent": 1000}` + "\n"
}

// TestConnectionsTellFailedStreams from complete ones, while other requests take
// connections of the same pool. A verdict that is wrong even once is a fault.
func TestConnectionsTellFailedStreams(t *testing.T) {
	body := thousand()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", asNDJSON)
		_, _ = io.WriteString(w, body)
		control := http.NewResponseController(w)
		_ = control.Flush()
		if r.URL.Path == "/databases/fails/query" {
			conn, out, err := control.Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = out.WriteString("0\r\n\r\n")
			_ = out.Flush()
			_ = conn.Close()
		}
	}))
	defer srv.Close()
	r := newReader(t, func(s *transport.StreamSettings) { s.Direct, s.Settle = true, 200*time.Millisecond })
	done := make(chan struct{})
	var others, streams sync.WaitGroup
	for range 2 {
		others.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				resp, err := r.client.Get(srv.URL + "/databases/works")
				if err != nil {
					t.Errorf("another request: %v", err)
					return
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		})
	}
	for _, graph := range []string{"fails", "works"} {
		for range 3 {
			streams.Go(func() {
				for range 4 {
					req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+"/databases/"+graph+"/query?streaming=true", strings.NewReader(`{"cypher": "RETURN 1"}`))
					resp, err := r.client.Do(req)
					if err != nil && strings.Contains(err.Error(), "server closed idle connection") {
						continue // of a failed stream; nothing was sent, which the layers that repeat know
					}
					if err != nil {
						t.Error(err)
						return
					}
					_, err = io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
					if complete := err == nil; complete != (graph == "works") {
						t.Errorf("a stream that %s: %v", graph, err)
					}
				}
			})
		}
	}
	streams.Wait()
	close(done)
	others.Wait()
}

// TestConnectionsThatSayNothing leave a stream in doubt, whatever the settings
// say of them.
func TestConnectionsThatSayNothing(t *testing.T) {
	body := thousand()
	serve := func(t *testing.T, closes bool) string {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			if closes {
				w.Header().Set("Connection", "close")
			}
			w.Header().Set("Content-Type", asNDJSON)
			_, _ = io.WriteString(w, body)
		}))
		t.Cleanup(srv.Close)
		return srv.URL
	}
	for name, set := range map[string]func(t *testing.T, r *reader) (server string){
		"announced to close": func(t *testing.T, _ *reader) string { return serve(t, true) },
		"not kept by us": func(t *testing.T, r *reader) string {
			r.base.DisableKeepAlives = true
			return serve(t, false)
		},
		"of a forward proxy": func(t *testing.T, r *reader) string {
			pool := transport.NewBase()
			proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(*httputil.ProxyRequest) {}, Transport: pool})
			t.Cleanup(func() {
				proxy.Close()
				pool.CloseIdleConnections()
			})
			r.base.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL) }
			return serve(t, false)
		},
		"of HTTP/2": func(t *testing.T, r *reader) string {
			srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", asNDJSON)
				_, _ = io.WriteString(w, body)
			}))
			srv.Config.Protocols = new(http.Protocols)
			srv.Config.Protocols.SetUnencryptedHTTP2(true)
			srv.Start()
			t.Cleanup(srv.Close)
			r.base.Protocols = srv.Config.Protocols
			return srv.URL
		},
		"of nobody's": func(t *testing.T, r *reader) string {
			r.base.DialContext = nil
			return serve(t, false)
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReader(t, func(s *transport.StreamSettings) { s.Direct = true })
			server := set(t, r)
			resp, err := r.ask(t.Context(), server, "RETURN 1")
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if _, err := io.Copy(io.Discard, resp.Body); !errors.Is(err, transport.ErrUnconfirmed) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestLimitsAreReadFromTheRequest, if it can be read again.
func TestLimitsAreReadFromTheRequest(t *testing.T) {
	server := says(t, asNDJSON, thousand)
	post := func(body io.Reader) error {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server+"/databases/social/query?streaming=true", body)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := newReader(t).client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	}
	for _, test := range []struct {
		cypher     string
		parameters map[string]any
		complete   bool
	}{
		{"RETURN 1 LIMIT 1000", nil, true},
		{"RETURN 1 LIMIT 1001", nil, false},
		{"RETURN 1 LIMIT $k", map[string]any{"k": 1000}, true},
		{"RETURN 1 LIMIT $k", map[string]any{"k": 1000.5}, false},
		{"RETURN 1 LIMIT $k", map[string]any{"k": "1000"}, false},
		{"RETURN 1 LIMIT $k", nil, false},
		{"MATCH (n) WITH n LIMIT 10 RETURN n", nil, false},
		{"RETURN 'it does not end", nil, false},
	} {
		body, _ := json.Marshal(map[string]any{"cypher": test.cypher, "parameters": test.parameters})
		if err := post(bytes.NewReader(body)); (err == nil) != test.complete {
			t.Errorf("%s with %v: %v", test.cypher, test.parameters, err)
		}
	}
	for name, body := range map[string]io.Reader{
		"no JSON":      strings.NewReader("RETURN 1 LIMIT 1000"),
		"cannot again": io.MultiReader(strings.NewReader(`{"cypher": "RETURN 1 LIMIT 1000"}`)),
		"none":         nil,
	} {
		if err := post(body); !errors.Is(err, transport.ErrUnconfirmed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestReadersOfRowsReportMiscounts by the place that the stream came from.
func TestReadersOfRowsReportMiscounts(t *testing.T) {
	resp, err := newReader(t).ask(t.Context(), says(t, asNDJSON, text(chunk0+chunk1)), "RETURN 1")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	stream := resp.Body.(*transport.StreamBody)
	c, err := stream.Next()
	if err != nil || c.RowCount != 2 {
		t.Fatal(c, err)
	}
	e := stream.Miscounted(c, 1)
	if _, again := stream.Next(); !errors.Is(again, e) || e.Rows != 1 || e.Graph != "social" || !strings.Contains(fmt.Sprint(e), "announces 2 rows, 2 in all; it holds 1") {
		t.Errorf("got %v, then %v", e, again)
	}
}
