package cypher

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestParseText(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"RETURN 1", "RETURN 1"},
		{"RETURN 1;", "RETURN 1"},
		{"RETURN 1 ; ", "RETURN 1"},
		{"RETURN 1;;", "RETURN 1"},
		{"RETURN 1; // done", "RETURN 1"},
		{"RETURN 1 /* a */ ; /* b */ ; ", "RETURN 1"},
		{"RETURN 1 // no semicolon;", "RETURN 1"},
		{" // why\n RETURN 1\n", " // why\n RETURN 1"},
		{"RETURN ';'", "RETURN ';'"},
		{"RETURN `;` /* ; */", "RETURN `;`"},
	} {
		s, err := Parse(test.text)
		if err != nil || s.Text != test.want {
			t.Errorf("Parse(%q).Text = %q, %v; want %q", test.text, s.Text, err, test.want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, test := range []struct {
		text                 string
		offset, line, column int
		says                 string
	}{
		{"", 0, 1, 1, "no statement"},
		{" \n\t", 3, 2, 2, "no statement"},
		{"// only\n/* this */", 18, 2, 11, "no statement"},
		{";", 0, 1, 1, "before the semicolon"},
		{" /* a */ ; RETURN 1", 9, 1, 10, "before the semicolon"},
		{"RETURN 1; RETURN 2", 10, 1, 11, "second statement"},
		{"RETURN 1;\n  'a'", 12, 2, 3, "second statement"},
		{"RETURN 'é';\nRETURN 2 'open", 13, 2, 1, "second statement"},
		{"RETURN 'a", 7, 1, 8, "close it with '"},
		{"RETURN \"a\\\"", 7, 1, 8, "close it with \""},
		{"RETURN 'é' /* a", 12, 1, 12, "comment does not end"},
		{"RETURN 1 /* a **/", 9, 1, 10, "stars in pairs"},
		{"RETURN 1;\n/* a", 10, 2, 1, "comment does not end"},
		{"RETURN `a", 7, 1, 8, "quoted name does not end"},
		{"RETURN $`a", 7, 1, 8, "quoted name does not end"},
		{"RETURN '\xff'", 8, 1, 9, "UTF-8"},
		{"RETURN '\ufffd' + \xc3", 15, 1, 14, "UTF-8"},
	} {
		s, err := Parse(test.text)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("Parse(%q) = %+v, %v; want an *Error", test.text, s, err)
			continue
		}
		if e.Offset != test.offset || e.Line != test.line || e.Column != test.column {
			t.Errorf("Parse(%q): at %d, line %d, column %d; want %d, %d, %d", test.text,
				e.Offset, e.Line, e.Column, test.offset, test.line, test.column)
		}
		if !strings.Contains(e.Error(), test.says) {
			t.Errorf("Parse(%q): %q does not say %q", test.text, e, test.says)
		}
		if !reflect.DeepEqual(s, Statement{}) {
			t.Errorf("Parse(%q) returns %+v with an error", test.text, s)
		}
	}
}

func TestParseErrorsKeepTheTextToThemselves(t *testing.T) {
	const secret = "4111-1111"
	for _, text := range []string{
		"RETURN '" + secret,
		"RETURN 1; RETURN '" + secret + "'",
		"RETURN \xff '" + secret + "'",
		"RETURN /* " + secret,
		"RETURN `" + secret,
	} {
		if _, err := Parse(text); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("Parse(%q): %v", text, err)
		}
	}
}

func TestParseParameters(t *testing.T) {
	for _, test := range []struct {
		text string
		want []string
	}{
		{"RETURN 1", nil},
		{"RETURN $b, $a, $b", []string{"b", "a"}},
		{"RETURN $a, $A", []string{"a", "A"}},
		{"RETURN '$a', \"$b\", `$c` // $d\n /* $e */", nil},
		{"MATCH (n {id: $id}) WHERE n.x IN $xs RETURN n SKIP $s LIMIT $n", []string{"id", "xs", "s", "n"}},
		{"RETURN $1, $2+$1", []string{"1", "2"}},
		{"RETURN $a.b.c", []string{"a"}},
		{"RETURN $`a b`, $ab", []string{"`a b`", "ab"}},
		{"RETURN $a$b", []string{"a$b"}},
		{"CREATE (:P {id: $id})", []string{"id"}},
	} {
		s, err := Parse(test.text)
		if err != nil || !slices.Equal(s.Parameters, test.want) {
			t.Errorf("Parse(%q).Parameters = %q, %v; want %q", test.text, s.Parameters, err, test.want)
		}
	}
}

func TestParseManyParameters(t *testing.T) {
	var text strings.Builder
	var want []string
	text.WriteString("RETURN 1")
	for round := range 2 {
		for i := range 100 {
			name := fmt.Sprintf("p%d", i)
			text.WriteString(" + $" + name)
			if round == 0 {
				want = append(want, name)
			}
		}
	}
	s, err := Parse(text.String())
	if err != nil || !slices.Equal(s.Parameters, want) {
		t.Errorf("got %q, %v", s.Parameters, err)
	}
}
