package main

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
)

// TestKeyFile also holds the key out of all that is printed.
func TestKeyFile(t *testing.T) {
	const key = "kuzu_test_0123456789abcdef"
	w := newWorld(t, func(cfg *mockserver.Config) { cfg.APIKey = key })
	if r := w.run("", "db", "list"); r.code != 13 {
		t.Errorf("without a key: %+v", r)
	}
	r := w.run("", "db", "list", "-v", "--key-file", w.file("key", key+"\n"))
	if r.code != 0 || strings.Contains(r.stdout+r.stderr, key) {
		t.Errorf("with the key: %+v", r)
	}
}

func TestVerbose(t *testing.T) {
	w := newWorld(t)
	r := w.run("", "query", "-v", "-g", "social", people)
	for _, want := range []string{"level=DEBUG", "operation=queryDatabase", "endpoint=" + w.url, "attempts=1"} {
		if !strings.Contains(r.stderr, want) {
			t.Errorf("stderr has no %s:\n%s", want, r.stderr)
		}
	}
	quiet := w.run("", "query", "-g", "social", people)
	if quiet.stderr != "" || quiet.stdout != r.stdout {
		t.Errorf("without -v: %+v", quiet)
	}
}

func TestTimeout(t *testing.T) {
	w := newWorld(t)
	rule := mockserver.Rule{Match: mockserver.Match{Graph: "social"}, Fault: &mockserver.Fault{Kind: mockserver.FaultLatency, Delay: mockserver.Duration(1e12)}}
	if err := w.server.AddRules(rule); err != nil {
		t.Fatal(err)
	}
	if r := w.run("", "query", "--timeout", "20ms", "-g", "social", people); r.code != 22 || r.stdout != "" {
		t.Errorf("after its time: %+v", r)
	}
}

func TestCancel(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	t.Cleanup(func() { close(ended) })
	w.engine.Handle("MATCH (n) RETURN n", func(mockserver.Call) (mockserver.Answer, error) {
		cancel()
		<-ended
		return mockserver.Answer{}, errors.New("Interrupted.")
	})
	r := w.runWithin(ctx, "", "query", "-g", "social", "MATCH (n) RETURN n")
	if r.code != 130 || r.stdout != "" {
		t.Errorf("canceled: %+v", r)
	}
}

// TestReaderGone is what happens under "| head".
func TestReaderGone(t *testing.T) {
	w := newWorld(t)
	var rows [][]any
	for range 20_000 {
		rows = append(rows, []any{strings.Repeat("x", 100)})
	}
	w.engine.Answer("MATCH (n) RETURN n.x AS x", []string{"x"}, rows...)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _ = io.ReadFull(read, make([]byte, 10))
		read.Close()
	}()
	var stderr strings.Builder
	code := run(t.Context(), []string{"stream", "-g", "social", "--url", w.url, "MATCH (n) RETURN n.x AS x"}, strings.NewReader(""), write, &stderr, lookup(w.vars))
	if code != 0 || stderr.String() != "" {
		t.Errorf("exit code %d, stderr %q", code, stderr.String())
	}
}

// TestTruncated is about a result of which the server may have kept rows back.
func TestTruncated(t *testing.T) {
	w := newWorld(t, func(cfg *mockserver.Config) { cfg.Quirks = mockserver.QuirkRowCap })
	w.engine.Answer("MATCH (n) RETURN 1 AS one", []string{"one"}, make([][]any, 10_001)...)
	w.engine.Handle("MATCH (n) RETURN 1 AS one", func(mockserver.Call) (mockserver.Answer, error) {
		rows := make([][]any, 10_001)
		for i := range rows {
			rows[i] = []any{int64(1)}
		}
		return mockserver.Answer{Columns: []string{"one"}, Rows: rows}, nil
	})
	r := w.run("", "query", "-g", "social", "-o", "ndjson", "MATCH (n) RETURN 1 AS one")
	if got := strings.Count(r.stdout, "\n"); r.code != 25 || got != 10_000 || !strings.Contains(r.stderr, "kuzuctl stream") {
		t.Errorf("exit code %d, %d rows, stderr %q", r.code, got, r.stderr)
	}
}

func TestExitCodes(t *testing.T) {
	seen := map[int]kuzu.Kind{}
	for kind := kuzu.KindSyntax; kind <= kuzu.KindConfiguration; kind++ {
		code := exitCode(&kuzu.Error{Kind: kind})
		if other := seen[code]; code <= exitUsage || other != 0 {
			t.Errorf("%v has the exit code %d, as %v", kind, code, other)
		}
		seen[code] = kind
	}
	if len(seen) != len(exitCodes) {
		t.Errorf("%d kinds, %d codes", len(seen), len(exitCodes))
	}
	for err, want := range map[error]int{context.Canceled: 130, context.DeadlineExceeded: 22, os.ErrNotExist: 1} {
		if got := exitCode(err); got != want {
			t.Errorf("%v has the exit code %d, want %d", err, got, want)
		}
	}
}

// TestColour shows what only a terminal gets.
func TestColour(t *testing.T) {
	for _, test := range []struct {
		terminal bool
		vars     map[string]string
		want     bool
	}{
		{true, nil, true},
		{false, nil, false},
		{true, map[string]string{"NO_COLOR": "1"}, false},
		{true, map[string]string{"NO_COLOR": ""}, true},
		{true, map[string]string{"TERM": "dumb"}, false},
	} {
		a := &app{terminal: test.terminal, env: func(name string) (string, bool) { v, ok := test.vars[name]; return v, ok }}
		if got := a.coloured(); got != test.want {
			t.Errorf("%+v: %v", test, got)
		}
	}
}
