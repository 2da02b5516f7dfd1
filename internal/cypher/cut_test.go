package cypher

import (
	"strings"
	"testing"
)

func TestCut(t *testing.T) {
	for _, test := range []struct {
		text string
		want Piece
	}{
		{"", Piece{}},
		{" \n// nothing; here\n/* or; here */ ", Piece{}},
		{"RETURN 1", Piece{Statement: "RETURN 1"}},
		{"RETURN 1;", Piece{Statement: "RETURN 1", Ended: true}},
		{"RETURN 1; RETURN 2;", Piece{Statement: "RETURN 1", Rest: " RETURN 2;", Ended: true}},
		{"// one\n RETURN 1 // ; no\n;", Piece{Statement: "RETURN 1 // ; no\n", Ended: true}},
		{"RETURN ';', \";\", `;`; x", Piece{Statement: "RETURN ';', \";\", `;`", Rest: " x", Ended: true}},
		{"RETURN ';", Piece{Statement: "RETURN ';", Open: true}},
		{"/* ;", Piece{Statement: "/* ;", Open: true}},
		{"RETURN 1 /* ;", Piece{Statement: "RETURN 1 /* ;", Open: true}},
		{";RETURN 1", Piece{Rest: "RETURN 1", Ended: true}},
	} {
		if got := Cut(test.text); got != test.want {
			t.Errorf("Cut(%q) = %+v, want %+v", test.text, got, test.want)
		}
	}
}

// FuzzCut cuts a text to its end: every piece with a semicolon is one statement
// for Parse, too, and nothing but blanks, comments and semicolons gets lost.
func FuzzCut(f *testing.F) {
	for _, seed := range []string{"", "RETURN 1;RETURN 2", "RETURN ';' /* ; */; // ;\n;", "`a``;`; '\\';'", "/**/;"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for left := text; ; {
			p := Cut(left)
			if !strings.HasSuffix(left, p.Rest) || !strings.Contains(left, p.Statement) {
				t.Fatalf("Cut(%q) = %+v, which is not of the text", left, p)
			}
			if !p.Ended {
				break
			}
			if len(p.Rest) >= len(left) {
				t.Fatalf("Cut(%q) goes on with %q", left, p.Rest)
			}
			parsed, err := Parse(p.Statement)
			if p.Statement != "" && err == nil && parsed.Text == "" {
				t.Errorf("Parse(%q) is empty", p.Statement)
			}
			if err != nil && strings.Contains(err.Error(), "second statement") {
				t.Errorf("Cut(%q).Statement is %q, and Parse says %v", left, p.Statement, err)
			}
			left = p.Rest
		}
	})
}
