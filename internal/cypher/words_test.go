package cypher

import (
	"strings"
	"testing"
)

func TestVocabulary(t *testing.T) {
	longest := 0
	for w, c := range classes {
		longest = max(longest, len(w))
		if w != strings.ToUpper(w) {
			t.Errorf("%s is not in upper case and would never be found", w)
		}
		if c&writing != 0 && c&^writing != 0 {
			t.Errorf("%s writes and is also %b", w, c)
		}
		if c&structural != 0 && c&(function|reserved) != 0 {
			t.Errorf("%s needs no look at its place, being %b", w, c)
		}
		if classOf(strings.ToLower(w)) != c {
			t.Errorf("%s is not found in lower case", w)
		}
	}
	if longest != longestWord {
		t.Errorf("longestWord is %d, want %d", longestWord, longest)
	}
	for _, w := range []string{"NEXTVAL", "CLEAR_WARNINGS", "PROJECT_GRAPH", strings.Repeat("A", 1000), ""} {
		if c := classOf(w); c != 0 {
			t.Errorf("classOf(%.20q) = %b, want nothing", w, c)
		}
	}
}
