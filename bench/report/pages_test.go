package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/bench/table"
)

// results have a row for each that README.md shows, and a growth.
func results() table.Results {
	found := table.Results{Machine: "a machine"}
	for _, h := range highlights {
		found.Rows = append(found.Rows, table.Row{Name: h.row, Unit: "us", Ours: 1, Baseline: 2, Ratio: 0.5, Target: table.AtMost(1)})
	}
	found.Growth = []table.Series{
		{Name: "rows <of> a stream", Points: []table.Point{{Size: 1e4, Time: 0.02, Memory: 3}, {Size: 1e5, Time: 0.19, Memory: 3.1}, {Size: 1e6, Time: 2, Memory: 3.2}}},
		{Name: "callers", Points: []table.Point{{Size: 10, Time: 0.5e-3, Memory: 0}, {Size: 100, Time: 4e-3, Memory: 0}}},
	}
	return found
}

// TestWritePages: what stands between the marks is replaced, again and again, and
// nothing else.
func TestWritePages(t *testing.T) {
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "docs", "images"), 0o700); err != nil {
		t.Fatal(err)
	}
	pages := []string{filepath.Join(root, "docs", "benchmarks.md"), filepath.Join(root, "README.md")}
	for _, page := range pages {
		if err := os.WriteFile(page, []byte("before\n"+begin+"\nold\n"+end+"\nafter\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var last string
	for range 2 {
		if err := writePages(root, results()); err != nil {
			t.Fatal(err)
		}
		for _, page := range pages {
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			last = string(text)
			if !strings.HasPrefix(last, "before\n"+begin+"\n| name |") || !strings.HasSuffix(last, end+"\nafter\n") ||
				strings.Contains(last, "old") || strings.Count(last, begin) != 1 || !strings.Contains(last, "Measured on a machine.") {
				t.Errorf("%s is\n%s", page, last)
			}
		}
	}
	if want := "| the mock server, against Prism | 1 us | 2 us | 0.5 | <= 1 | yes |"; !strings.Contains(last, want) {
		t.Errorf("%q is not in\n%s", want, last)
	}
	lacking := results()
	lacking.Rows = lacking.Rows[1:]
	if err := writePages(root, lacking); err == nil || !strings.Contains(err.Error(), highlights[0].row) {
		t.Errorf("without a row: %v", err)
	}
	if err := os.WriteFile(pages[1], []byte(begin+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writePages(root, results()); err == nil || !strings.Contains(err.Error(), "README.md lacks") {
		t.Errorf("without the second mark: %v", err)
	}
}

// TestPlot: the picture is XML, has every point, and is always the same.
func TestPlot(t *testing.T) {
	picture := plot(results().Growth)
	for d := xml.NewDecoder(bytes.NewReader(picture)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if n := bytes.Count(picture, []byte("<circle")); n != 5 {
		t.Errorf("%d points", n)
	}
	for _, want := range []string{"rows &lt;of&gt; a stream", "10 ms", "1 s", "100 us", "3.0 MiB at the smallest, 3.2 MiB"} {
		if !bytes.Contains(picture, []byte(want)) {
			t.Errorf("%q is not in the picture", want)
		}
	}
	if !bytes.Equal(picture, plot(results().Growth)) {
		t.Error("the same series made another picture")
	}
}
