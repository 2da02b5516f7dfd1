// Command report prints what all programs of bench/ found, and exits with status
// 1 if a target was missed. With -pages it writes the same into the pages that
// show it, and draws the plot of growth.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/robosystems/kuzuclient/bench/table"
)

func main() {
	pages := flag.Bool("pages", false, "write docs/benchmarks.md, README.md and docs/images/growth.svg instead of printing")
	flag.Parse()
	if err := run(*pages); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(pages bool) error {
	found, err := table.Load(table.File)
	switch {
	case err != nil:
		return err
	case len(found.Rows) == 0:
		return errors.New("there are no results; make bench measures")
	case pages:
		return writePages("..", found)
	}
	fmt.Printf("%s\n\n", found.Machine)
	if err := table.PrintClients(os.Stdout, found.Clients...); err != nil {
		return err
	}
	fmt.Println()
	if err := table.Print(os.Stdout, found.Rows...); err != nil {
		return err
	}
	return table.Missed(found.Rows...)
}
