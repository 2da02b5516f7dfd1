// Package examples_test holds the Go code of README and docs to code that is
// compiled and run: each line of it is one of a Go file of this module. The
// commands are run by check.sh.
package examples_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var block = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")

func TestGoInPages(t *testing.T) {
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	known := lines(t, "..")
	found := 0
	for _, page := range append(pages, "../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range block.FindAllSubmatch(text, -1) {
			for line := range strings.Lines(string(code[1])) {
				if line = bare(line); line != "" && line != "..." && !known[line] {
					t.Errorf("%s: no Go file has the line %s", page, line)
				}
				found++
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d lines of Go in all pages", found)
	}
}

// lines are those of all Go files.
func lines(t *testing.T, root string) map[string]bool {
	t.Helper()
	known := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		for line := range strings.Lines(string(text)) {
			known[bare(line)] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return known
}

// bare is a line without its comment and its white space at the ends.
func bare(line string) string {
	code, _, _ := strings.Cut(line, " //")
	return strings.TrimSpace(code)
}
