package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
)

func TestLoad(t *testing.T) {
	w := newWorld(t)
	w.file("data/Person.csv", "1,Ada\n2,Bob\n")
	w.file("data/Twice.csv", "7,Ada\n7,Bob\n")
	w.lines(
		line{"ingest", []string{"ingest", "-g", "social", "--bucket", "data", "Person.csv"}, "", 0},
		line{"ingest-no-file", []string{"ingest", "-g", "social", "--bucket", "data", "Nobody.csv"}, "", 12},
		line{"copy-detach", []string{"copy", "-g", "social", "s3://data/Twice.csv", "Person", "--detach"}, "", 0},
		line{"copy-failed", []string{"copy", "-g", "social", "s3://data/Twice.csv", "Person"}, "", 11},
		line{"copy-no-credentials", []string{"copy", "-g", "social", "s3://data/Twice.csv", "Person", "--with-credentials"}, "", 2},
	)
	r := w.run("", "task", "list", "-o", "ndjson", "--status", "completed", "--prefix", "ingest_")
	if r.code != 0 || strings.Count(r.stdout, "\n") != 1 || !strings.Contains(r.stdout, `"status":"completed","percent":100,"records":2,`) {
		t.Errorf("task list: %+v", r)
	}
	id, _, _ := strings.Cut(strings.TrimPrefix(r.stdout, `{"task":"`), `"`)
	for _, l := range []line{
		{"task-status", []string{"task", "status", id}, "", 0},
		{"task-wait", []string{"task", "wait", id}, "", 0},
		{"task-watch", []string{"task", "watch", id}, "", 0},
		{"task-unknown", []string{"task", "status", "ingest_none"}, "", 15},
		{"task-bad-status", []string{"task", "list", "--status", "lost"}, "", 2},
	} {
		w.lines(l)
	}
}

func TestArchive(t *testing.T) {
	w := newWorld(t)
	w.engine.Answer("RETURN 1 AS one", []string{"one"}, []any{int64(1)})
	path := filepath.Join(w.data, "social.zip")
	r := w.run("", "backup", "-g", "social", path)
	if r.code != 0 || !strings.Contains(r.stderr, "B in ") {
		t.Fatalf("backup: %+v", r)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the archive: %v, %v", info, err)
	}
	if r := w.run("", "restore", "-g", "social", path); r.code != 16 {
		t.Errorf("restore over a graph: %+v", r)
	}
	if r := w.run("", "restore", "-g", "copied", path); r.code != 0 || !strings.Contains(r.stdout, "completed") {
		t.Errorf("restore: %+v", r)
	}
	if r := w.run("", "db", "metrics", "copied"); r.code != 0 {
		t.Errorf("the restored graph: %+v", r)
	}
	if r := w.run("", "backup", "-g", "social", "-"); r.code != 0 || !strings.HasPrefix(r.stdout, "PK") {
		t.Errorf("backup to stdout: exit code %d, %s", r.code, r.stderr)
	}
	if r := w.run("", "backup", "-g", "social", "--on-server", "-o", "ndjson"); r.code != 0 || !strings.Contains(r.stdout, `"status":"completed"`) {
		t.Errorf("backup on the server: %+v", r)
	}
	for _, args := range [][]string{{"backup", "-g", "social"}, {"backup", "-g", "social", "x.zip", "--on-server"}, {"backup", "-g", "social", "x.zip", "--detach"}} {
		if r := w.run("", args...); r.code != 2 {
			t.Errorf("%v: %+v", args, r)
		}
	}
}

// TestNoHalfArchive cuts a download: nothing of it may stay.
func TestNoHalfArchive(t *testing.T) {
	w := newWorld(t)
	rule := mockserver.Rule{Match: mockserver.Match{Operation: "downloadBackup"}, Fault: &mockserver.Fault{Kind: mockserver.FaultResetInBody, AfterBytes: 50}}
	if err := w.server.AddRules(rule); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(w.data, "social.zip")
	if r := w.run("", "backup", "-g", "social", path); r.code != 20 {
		t.Errorf("the cut download: %+v", r)
	}
	if left, _ := filepath.Glob(path + "*"); left != nil {
		t.Errorf("it leaves %v", left)
	}
}

func TestProgressBar(t *testing.T) {
	var out strings.Builder
	a := &app{stderr: &out, progress: true}
	line := a.status()
	taskProgress(line)(kuzu.Progress{Status: kuzu.TaskRunning, Percent: 50, Records: 7, Message: "half\x1b[2J"})
	line.clear()
	want := "\r\x1b[K[###############...............]  50 %, 7 records  half\\x1b[2J\r\x1b[K"
	if got := out.String(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for n, want := range map[int64]string{0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 5 << 20: "5.0 MiB", 3 << 40: "3.0 TiB"} {
		if got := size(n); got != want {
			t.Errorf("%d bytes are %q, want %q", n, got, want)
		}
	}
}
