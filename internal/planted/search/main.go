// Search reads the output of go test -v and looks for the planted key in it. It
// prints what go test prints without -v: a line a package, and all that a package
// whose tests fail has said. It fails if it has found the key.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/robosystems/kuzuclient/internal/planted"
)

func main() {
	quiet := &summary{to: os.Stdout}
	found, err := planted.Search(os.Stdin, quiet.line)
	quiet.rest()
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "the output of the tests cannot be read:", err)
		os.Exit(1)
	case found != "":
		fmt.Fprint(os.Stderr, found)
		os.Exit(1)
	}
	fmt.Printf("the planted API key is nowhere in %d bytes of output\n", quiet.bytes)
}

// summary passes on what is of interest.
type summary struct {
	to      io.Writer
	bytes   int
	waiting []string // what the present package has said
}

func (s *summary) line(line string) {
	s.bytes += len(line)
	switch {
	case strings.HasPrefix(line, "ok  \t"):
		s.waiting = nil
		_, _ = io.WriteString(s.to, line)
	case strings.HasPrefix(line, "?   \t"):
	case strings.HasPrefix(line, "FAIL\t"):
		s.waiting = append(s.waiting, line)
		s.rest()
	case strings.HasPrefix(line, "=== "), strings.HasPrefix(strings.TrimLeft(line, " "), "--- PASS: "):
	default:
		s.waiting = append(s.waiting, line)
	}
}

// rest prints what was said since the last package ended.
func (s *summary) rest() {
	for _, line := range s.waiting {
		_, _ = io.WriteString(s.to, line)
	}
	s.waiting = nil
}
