// Write writes the API reference, a single HTML page, to the file that it is
// given: go run ./openapi/reference/write api.html
package main

import (
	"fmt"
	"os"

	"github.com/robosystems/kuzuclient/openapi"
	"github.com/robosystems/kuzuclient/openapi/reference"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: write FILE.html")
		os.Exit(2)
	}
	page, err := reference.HTML(openapi.Document)
	if err == nil {
		err = os.WriteFile(os.Args[1], page, 0o644) //nolint:gosec // a page for everybody
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "write:", err)
		os.Exit(1)
	}
}
