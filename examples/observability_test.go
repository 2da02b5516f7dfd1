package examples_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the library logs, and the names of its metrics, as they stand in its code.
var (
	message = regexp.MustCompile(`\.(?:Debug|Info|Warn|Error)\("([^"]+)"|\.LogAttrs\([^"\n]*"([^"]+)"`)
	metric  = regexp.MustCompile(`"((?:kuzu|db|http)\.client\.[a-z_.]+)"`)
)

// TestObservabilityPageIsComplete asks that the page names each log line and each
// metric of the library.
func TestObservabilityPageIsComplete(t *testing.T) {
	page, err := os.ReadFile("../docs/observability.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, room := range []string{"transport", "factory"} {
		paths, err := filepath.Glob(filepath.Join("..", room, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			code, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range append(message.FindAllStringSubmatch(string(code), -1), metric.FindAllStringSubmatch(string(code), -1)...) {
				found++
				if said := strings.Join(m[1:], ""); !strings.Contains(string(page), opening(said)) {
					t.Errorf("docs/observability.md lacks %q of %s", said, path)
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d log lines and metrics in the code", found)
	}
}

// opening is as much of a log line as the page shows: "Redis did not take ...".
func opening(said string) string {
	words := strings.Fields(said)
	return strings.Join(words[:min(4, len(words))], " ")
}
