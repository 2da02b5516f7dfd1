package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestDraw(t *testing.T) {
	var svg bytes.Buffer
	draw(&svg, "make demo", "Title <1>\n\r 1 %\r 2 %\n\nNext\n  aside\nkuzu: failed\n"+strings.Repeat("x", columns+1)+"\n"+strings.Repeat("\n", rows)+"demo ok\n")
	var texts, classes []string
	for d := xml.NewDecoder(bytes.NewReader(svg.Bytes())); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("no XML: %v", err)
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "text" {
			continue
		}
		var text string
		if err := d.DecodeElement(&text, &start); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, text)
		classes = append(classes, strings.TrimPrefix(start.Attr[1].Value, "line "))
	}
	if got, want := strings.Join(texts, "|"), "$ make demo|Title <1>| 2 %|Next|  aside|kuzu: failed|"+strings.Repeat("x", columns)+"|x|demo ok"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := strings.Join(classes, " "), "prompt title plain title aside bad plain plain good"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	// Without motion one sees the end, for which the paper has moved up.
	if !strings.Contains(svg.String(), "#paper{transform:translateY(-") || strings.Contains(svg.String(), "#paper{transform:translateY(-0px)") {
		t.Error("the picture stands at its beginning")
	}
}

func TestRecordNeedsACommandThatSucceeds(t *testing.T) {
	out := t.TempDir() + "/terminal.svg"
	for _, args := range [][]string{nil, {"go", "no-such-command"}} {
		if err := record(t.Context(), "", out, args); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
	if err := record(t.Context(), "go version", out, []string{"go", "version"}); err != nil {
		t.Error(err)
	}
}
