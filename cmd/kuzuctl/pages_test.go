package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	span       = regexp.MustCompile("`([^`\n]+)`")
	makeTarget = regexp.MustCompile(`(?m)^([a-z-]+):`)
)

// pages are the texts that show commands.
func pages(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, file := range append(files, "../../README.md", "../../CHANGELOG.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[file] = string(text)
	}
	return texts
}

// newPageWorld is a fleet with what the pages speak of.
func newPageWorld(t *testing.T) (*fleetWorld, *strings.Replacer) {
	t.Helper()
	w := newFleetCase(t, nil)
	for _, graph := range []string{"kg1a2b3c4d5", "first"} {
		w.do(w.fleet.Place(t.Context(), graph, w.writer().ID))
	}
	w.startTask()
	w.statusPage()
	w.file("data/people.csv", "3,Cy\n")
	w.file("schema.cypher", "CREATE NODE TABLE City(name STRING, PRIMARY KEY(name));\n")
	t.Chdir(w.data)
	return w, strings.NewReplacer("http://10.0.1.100:8001", w.writer().URL, "http://10.0.2.7:9090/health-status", w.names["PAGE"], "ingest_social_Person_0a1b2c3d", w.names["TASK"])
}

// TestCommandsInPages runs the commands that stand within the text of pages: what
// has arguments or flags as it stands, on a fleet. A name alone has to be that of
// a command, of which there are cases in fleetCommands.
func TestCommandsInPages(t *testing.T) {
	texts := pages(t)
	w, names := newPageWorld(t)
	root := (&app{stdout: newOutput(&strings.Builder{})}).root()
	root.InitDefaultCompletionCmd()
	mentioned, ran := 0, 0
	for page, text := range texts {
		for _, found := range span.FindAllStringSubmatch(text, -1) {
			line, is := strings.CutPrefix(found[1], "kuzuctl ")
			if !is {
				continue
			}
			args := w.words(names.Replace(line))
			if commandOf(root, args) == line {
				mentioned++
				continue
			}
			ran++
			if r := w.run("", args...); r.code != 0 {
				t.Errorf("%s: kuzuctl %s: exit code %d, %s", page, line, r.code, r.stderr)
			}
		}
	}
	if mentioned < 30 || ran < 15 {
		t.Errorf("%d names of commands and %d commands in all pages", mentioned, ran)
	}
}

// TestMakeInPages finds targets of make that there are not.
func TestMakeInPages(t *testing.T) {
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	var targets []string
	for _, target := range makeTarget.FindAllStringSubmatch(string(makefile), -1) {
		targets = append(targets, target[1])
	}
	for page, text := range pages(t) {
		for _, found := range span.FindAllStringSubmatch(text, -1) {
			if target, is := strings.CutPrefix(found[1], "make "); is && !slices.Contains(targets, strings.Fields(target)[0]) {
				t.Errorf("%s: the Makefile has no %s", page, found[1])
			}
		}
	}
}

// TestExamplesOfHelp holds the examples of --help to the arguments and flags that
// there are.
func TestExamplesOfHelp(t *testing.T) {
	a := &app{stdout: newOutput(&strings.Builder{})}
	w := &fleetWorld{}
	for _, path := range append(commandPaths(a), "") {
		cmd, _, err := a.root().Find(strings.Fields(path))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(cmd.Example) {
			_, line, found := strings.Cut(line, "kuzuctl ")
			if !found {
				t.Errorf("%s: an example without kuzuctl", path)
			}
			line, _, _ = strings.Cut(line, " | ")
			line, _, _ = strings.Cut(line, " > ")
			line, _, _ = strings.Cut(line, " < ")
			shown, args, err := (&app{}).root().Find(w.words(line))
			if err == nil {
				err = shown.ParseFlags(args)
			}
			if err == nil {
				err = shown.ValidateArgs(shown.Flags().Args())
			}
			if err != nil || !shown.Runnable() || shown.HasSubCommands() {
				t.Errorf("%s: the example %q: %v", path, line, err)
			}
		}
	}
}
