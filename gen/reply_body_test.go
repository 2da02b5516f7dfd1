package gen_test

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/gen"
)

func TestStreamIsLeftOpenAndUnbounded(t *testing.T) {
	read := make(chan struct{})
	handler := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		_, _ = io.WriteString(w, "event: connected\r\n")
		_ = http.NewResponseController(w).Flush()
		select { // the rest comes only after the client had the first line
		case <-read:
			_, _ = io.WriteString(w, "event: completed\r\n")
		case <-r.Context().Done():
		}
	}
	reply, err := serve(t, handler, gen.WithMaxResponseBytes(1)).MonitorTaskWithResponse(t.Context(), "ingest_1")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reply.Stream.Close() }()
	lines := bufio.NewScanner(reply.Stream)
	if !lines.Scan() || lines.Text() != "event: connected" {
		t.Fatalf("first line is %q, %v", lines.Text(), lines.Err())
	}
	close(read)
	if !lines.Scan() || lines.Text() != "event: completed" || lines.Scan() || lines.Err() != nil {
		t.Fatalf("the stream ends with %q, %v", lines.Text(), lines.Err())
	}
}

func TestArchiveIsAStream(t *testing.T) {
	reply, err := serve(t, respond(200, "application/zip", "PK")).DownloadBackupWithResponse(t.Context(), "kg1")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reply.Stream.Close() }()
	if body, err := io.ReadAll(reply.Stream); err != nil || string(body) != "PK" {
		t.Errorf("archive is %q, %v", body, err)
	}
}

// trackedBody knows whether it was closed.
type trackedBody struct {
	io.Reader
	closed bool
}

func (b *trackedBody) Close() error {
	b.closed = true
	return nil
}

func TestWhoClosesTheBody(t *testing.T) {
	tests := []struct {
		name, contentType, body string
		callers                 bool
	}{
		{"parsed", "application/json", `{"data":[]}`, false},
		{"not parsed", "application/json", `{`, false},
		{"undeclared", "text/html", `<html>`, false},
		{"too long", "application/json", strings.Repeat(" ", 100), false},
		{"stream", "application/x-ndjson", "{}\n", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := &trackedBody{Reader: strings.NewReader(tt.body)}
			rsp := &http.Response{
				StatusCode: http.StatusOK, ContentLength: -1, Body: body,
				Header: http.Header{"Content-Type": {tt.contentType}},
			}
			_, _ = gen.ParseQueryDatabaseReply(rsp, 50)
			if body.closed == tt.callers {
				t.Errorf("closed is %t", body.closed)
			}
		})
	}
}
