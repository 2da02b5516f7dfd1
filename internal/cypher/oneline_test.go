package cypher

import "testing"

func TestOneLine(t *testing.T) {
	for _, test := range []struct {
		text, want string
		ok         bool
	}{
		{"MATCH (n)\nRETURN n;\n", "MATCH (n) RETURN n;", true},
		{"MATCH (n) // all; of them\nRETURN n", "MATCH (n)   RETURN n", true},
		{"RETURN/* 1 */2", "RETURN 2", true},
		{"RETURN '//\n', \"\r\"", `RETURN '//\n', "\r"`, true},
		{"RETURN  1 AS `a b`, $`x`", "RETURN  1 AS `a b`, $`x`", true},
		{"RETURN 1 AS `a\nb`", "", false},
		{"RETURN $`a\nb`", "", false},
		{"RETURN 'a", "", false},
		{"", "", true},
	} {
		if got, ok := OneLine(test.text); got != test.want || ok != test.ok {
			t.Errorf("OneLine(%q) = %q, %v; want %q, %v", test.text, got, ok, test.want, test.ok)
		}
	}
}
