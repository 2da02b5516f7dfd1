package cypher

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestCheckParameters(t *testing.T) {
	for _, test := range []struct {
		text            string
		bound           map[string]any
		unbound, unused []string
	}{
		{"RETURN 1", nil, nil, nil},
		{"RETURN 1", map[string]any{}, nil, nil},
		{"RETURN $a", map[string]any{"a": nil}, nil, nil},
		{"RETURN $b, $a, $c", map[string]any{"a": 1}, []string{"b", "c"}, nil},
		{"RETURN $a", map[string]any{"a": 1, "z": 2, "y": 3}, nil, []string{"y", "z"}},
		{"RETURN $a", map[string]any{"A": 1}, []string{"a"}, []string{"A"}},
		{"RETURN $a.b", map[string]any{"a.b": 1}, []string{"a"}, []string{"a.b"}},
		{"RETURN $`a b`", map[string]any{"a b": 1}, []string{"`a b`"}, []string{"a b"}},
		{"RETURN $`a b`", map[string]any{"`a b`": 1}, nil, nil},
		{"RETURN '$a'", map[string]any{"a": 1}, nil, []string{"a"}},
	} {
		s, err := Parse(test.text)
		if err != nil {
			t.Fatal(err)
		}
		err = CheckParameters(s, test.bound)
		if test.unbound == nil && test.unused == nil {
			if err != nil {
				t.Errorf("CheckParameters(%q, %v) = %v", test.text, test.bound, err)
			}
			continue
		}
		var e *ParameterError
		if !errors.As(err, &e) || !slices.Equal(e.Unbound, test.unbound) || !slices.Equal(e.Unused, test.unused) {
			t.Errorf("CheckParameters(%q, %v) = %#v; want %q, %q", test.text, test.bound, err, test.unbound, test.unused)
		}
	}
}

func TestParameterErrorText(t *testing.T) {
	s, err := Parse("RETURN $b, $a")
	if err != nil {
		t.Fatal(err)
	}
	got := CheckParameters(s, map[string]string{"y": "secret", "x": "secret"}).Error()
	want := `cypher: parameters used without a value: "b", "a" (bind every one; Kuzu would take NULL); ` +
		`bound but not used: "x", "y" (remove them; Kuzu refuses the query)`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestParameterErrorTextIsBounded(t *testing.T) {
	bound := make(map[string]int)
	for i := range 1000 {
		bound[strings.Repeat("x", 10_000)+string(rune('a'+i))] = i
	}
	err := CheckParameters(Statement{}, bound)
	if n := len(err.Error()); n > 1000 {
		t.Errorf("the message has %d bytes", n)
	}
	if !strings.Contains(err.Error(), "and 992 more") {
		t.Errorf("got %s", err)
	}
}
