package main

import (
	"strings"
	"testing"
)

// TestSummary: of packages that pass, one line; of one that fails, all that it has
// said, and all that comes from no package.
func TestSummary(t *testing.T) {
	const said = `=== RUN   TestA
    a_test.go:1: a word
--- PASS: TestA (0.00s)
PASS
ok  	example.com/a	0.1s
?   	example.com/none	[no test files]
=== RUN   TestB
=== RUN   TestB/one
    b_test.go:2: wrong
--- FAIL: TestB (0.00s)
    --- FAIL: TestB/one (0.00s)
    --- PASS: TestB/two (0.00s)
FAIL
FAIL	example.com/b	0.2s
ok  	example.com/c	0.3s
make: something else
`
	const want = `ok  	example.com/a	0.1s
    b_test.go:2: wrong
--- FAIL: TestB (0.00s)
    --- FAIL: TestB/one (0.00s)
FAIL
FAIL	example.com/b	0.2s
ok  	example.com/c	0.3s
make: something else
`
	var got strings.Builder
	s := &summary{to: &got}
	for line := range strings.Lines(said) {
		s.line(line)
	}
	s.rest()
	if got.String() != want || s.bytes != len(said) {
		t.Errorf("%d bytes of %d, got:\n%s", s.bytes, len(said), &got)
	}
}
