// Search reads the output of go test -v and looks for the planted key in it. It
// repeats the lines that tell how tests ended, and fails if it has found the key.
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/robosystems/kuzuclient/internal/planted"
)

func main() {
	bytes := 0
	found, err := planted.Search(os.Stdin, func(line string) {
		bytes += len(line)
		for _, telling := range []string{"ok ", "FAIL", "--- FAIL", "panic:"} {
			if strings.HasPrefix(strings.TrimLeft(line, " "), telling) {
				fmt.Print(line)
			}
		}
	})
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "the output of the tests cannot be read:", err)
		os.Exit(1)
	case found != "":
		fmt.Fprint(os.Stderr, found)
		os.Exit(1)
	}
	fmt.Printf("the planted key is nowhere in %d bytes of output\n", bytes)
}
