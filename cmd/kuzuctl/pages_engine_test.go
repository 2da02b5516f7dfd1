//go:build cgo && (linux || darwin)

package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
	"github.com/robosystems/kuzuclient/mockserver/fleet"
	"github.com/robosystems/kuzuclient/mockserver/kuzuengine"
)

var (
	console   = regexp.MustCompile("(?ms)^(<!-- on a terminal -->\n)?```console\n(.*?)^```$")
	barLine   = regexp.MustCompile(`(?m)^\[[#.]{30}\] .*\n`)
	dashes    = regexp.MustCompile(`-{3,}`)
	exampleID = "kg1a2b3c4d5e6f7a8b"
)

// newExampleWorld is a fleet on the embedded engine, with an empty graph and the
// files of the demo.
func newExampleWorld(t *testing.T) *fleetWorld {
	t.Helper()
	w := newFleetCase(t, func(cfg *fleet.Config) {
		cfg.Environment = "staging"
		cfg.Engine = func(string) (mockserver.Engine, error) { return kuzuengine.New(kuzuengine.Config{Dir: t.TempDir()}) }
	})
	w.do(w.fleet.Place(t.Context(), exampleID, w.writer().ID))
	w.do(os.CopyFS(filepath.Join(w.data, "snb"), os.DirFS("../../examples/demo/data")))
	w.file("schema.cypher", `CREATE NODE TABLE Person(id INT64, firstName STRING, lastName STRING, gender STRING, birthday INT64,
    creationDate INT64, locationIP STRING, browserUsed STRING, PRIMARY KEY(id));
CREATE REL TABLE Knows(FROM Person TO Person, creationDate INT64);
`)
	return w
}

// TestExamplesInPage runs the examples of docs/kuzuctl.md and holds the page to
// what they print; with -update it writes that into the page.
func TestExamplesInPage(t *testing.T) {
	const path = "../../docs/kuzuctl.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	w := newExampleWorld(t)
	home, err := os.Getwd()
	w.do(err)
	t.Chdir(w.data)
	shown := console.FindAllStringSubmatch(string(text), -1)
	if len(shown) < 6 {
		t.Errorf("there are %d blocks of examples", len(shown))
	}
	page := string(text)
	for _, block := range shown {
		var printed strings.Builder
		for line := range strings.Lines(block[2]) {
			if command, is := strings.CutPrefix(line, "$ kuzuctl "); is {
				if strings.HasPrefix(command, "fleet status") {
					w.fleet.Writers("premium")[0].Kill()
				}
				text := w.example(strings.TrimSpace(command), block[1] != "")
				for range 9 {
					if !strings.Contains(text, "no answer: ") { // of Redis within its 50 ms
						break
					}
					text = w.example(strings.TrimSpace(command), block[1] != "")
				}
				printed.WriteString(line + text)
			}
		}
		if *update {
			page = strings.Replace(page, block[2], printed.String(), 1)
		} else if got, want := unvarying(printed.String()), unvarying(block[2]); got != want {
			t.Errorf("printed:\n%s\nwant:\n%s", got, want)
		}
	}
	if *update {
		w.do(os.WriteFile(filepath.Join(home, path), []byte(page), 0o644))
	}
}

// example runs a command and returns what a terminal shows of it, or what comes
// on stdout and stderr.
func (w *fleetWorld) example(line string, terminal bool) string {
	var both strings.Builder
	a := &app{stdin: strings.NewReader(""), stdout: newOutput(&both), stderr: &both, env: lookup(w.vars), progress: terminal}
	a.run(context.WithoutCancel(w.Context()), w.words(line))
	text := strings.ReplaceAll(both.String(), "\r\x1b[K", "\n")
	var lines strings.Builder
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" || !terminal {
			lines.WriteString(line)
		}
	}
	return lines.String()
}

// unvarying is a block without what differs from run to run, such as how often
// the bar was drawn.
func unvarying(block string) string {
	return settle(dashes.ReplaceAllString(barLine.ReplaceAllString(block, ""), "-"))
}
