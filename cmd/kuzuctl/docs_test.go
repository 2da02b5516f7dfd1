package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestDocumentation holds docs/kuzuctl.md to the commands and exit codes there are.
func TestDocumentation(t *testing.T) {
	text, err := os.ReadFile("../../docs/kuzuctl.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	a := &app{stdout: newOutput(&strings.Builder{})}
	commands := 0
	for _, cmd := range a.root().Commands() {
		for _, leaf := range append(cmd.Commands(), cmd) {
			if leaf.HasSubCommands() || !leaf.Runnable() {
				continue
			}
			commands++
			if !strings.Contains(page, "\n| `"+leaf.CommandPath()+"` | ") {
				t.Errorf("there is nothing about %s", leaf.CommandPath())
			}
		}
	}
	if rows := strings.Count(page, "\n| `kuzuctl "); rows != commands {
		t.Errorf("%d commands in the table, %d in the program", rows, commands)
	}
	for kind, code := range exitCodes {
		if row := fmt.Sprintf("\n| %d | %v |\n", code, kind); !strings.Contains(page, row) {
			t.Errorf("the exit codes lack%s", row)
		}
	}
}
