package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/robosystems/kuzuclient/bench/table"
)

// What is written stands between these lines.
const (
	begin = "<!-- make bench-page writes from here -->"
	end   = "<!-- to here -->"
)

// highlights are the rows that README.md shows, and what it calls them.
var highlights = []struct{ row, as string }{
	{"query of 10 rows, 1 caller: p50", "query of 10 rows, median, against a bare `http.Client` with `encoding/json`"},
	{"query of 10 rows, 100 callers: speed", "the same by 100 callers at once"},
	{"query of 10 rows, 10 callers: against httpx (Python)", "the same by 10 callers, against a client in Python"},
	{"query of 1,000 rows, 1 caller: speed", "query of 1,000 rows, against bare"},
	{"stream of 1,000,000 rows, 1 caller: speed", "stream of 1,000,000 rows, against bare"},
	{"live heap while 1 GiB is streamed", "live heap while 1 GiB is streamed, against the limit"},
	{"factory: warm lookup", "finding the server of a known graph, against the limit"},
	{"factory: read after its instance died", "a read whose server has just died, against the limit"},
	{"resilience: retry and closed breaker, against failsafe-go", "retry and breaker around any function, against failsafe-go"},
	{"mock query: ours against Prism", "the mock server, against Prism"},
}

// writePages puts the results into the pages below root.
func writePages(root string, found table.Results) error {
	var all, short strings.Builder
	writeRows(&all, found.Rows)
	all.WriteString("\nWhat the calls took, the medians of the rounds:\n\n```text\n")
	if err := table.PrintClients(&all, found.Clients...); err != nil {
		return err
	}
	fmt.Fprintf(&all, "```\n\nMeasured on %s.\n", found.Machine)

	var chosen []table.Row
	for _, h := range highlights {
		i := slices.IndexFunc(found.Rows, func(r table.Row) bool { return r.Name == h.row })
		if i < 0 {
			return fmt.Errorf("the results lack %q, which README.md shows; make bench measures all", h.row)
		}
		row := found.Rows[i]
		row.Name = h.as
		chosen = append(chosen, row)
	}
	writeRows(&short, chosen)
	fmt.Fprintf(&short, "\nMeasured on %s.\n", found.Machine)
	return errors.Join(
		replace(filepath.Join(root, "docs", "benchmarks.md"), all.String()),
		replace(filepath.Join(root, "README.md"), short.String()),
		os.WriteFile(filepath.Join(root, "docs", "images", "growth.svg"), plot(found.Growth), 0o644), //nolint:gosec // a page's picture
	)
}

// writeRows writes rows as a table of Markdown.
func writeRows(b *strings.Builder, rows []table.Row) {
	b.WriteString("| name | ours | baseline | ratio | target | ok |\n|---|---|---|---|---|---|\n")
	for _, r := range rows {
		b.WriteString("| " + strings.Join(r.Cells(), " | ") + " |\n")
	}
}

// replace puts a text between the two lines of a page.
func replace(page, text string) error {
	old, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(old), begin+"\n")
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		return fmt.Errorf("%s lacks a line %q, or after it one %q", page, begin, end)
	}
	return os.WriteFile(page, []byte(before+begin+"\n"+text+end+after), 0o644) //nolint:gosec // a page
}
