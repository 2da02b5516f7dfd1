package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// output is stdout. Who reads it may have seen enough and go.
type output struct {
	*bufio.Writer
	to   io.Writer
	gone bool
}

func newOutput(w io.Writer) *output {
	o := &output{to: w}
	o.Writer = bufio.NewWriterSize(writerFunc(func(p []byte) (int, error) {
		n, err := w.Write(p)
		if errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe) {
			o.gone = true
		}
		return n, err
	}), 32<<10)
	return o
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// coloured tells whether stdout may be coloured; see no-color.org.
func (a *app) coloured() bool {
	no, _ := a.env("NO_COLOR")
	kind, _ := a.env("TERM")
	return a.terminal && no == "" && kind != "dumb"
}

var formats = []string{"table", "json", "ndjson", "csv"}

// formatFlag marks commands whose --output is something else.
const formatFlag = "own output"

// checkFormat checks --output and chooses the command's own default.
func (a *app) checkFormat(cmd *cobra.Command) error {
	if cmd.Annotations[formatFlag] != "" {
		return nil
	}
	if a.format == "" {
		a.format = "table"
		if cmd.Annotations["format"] != "" {
			a.format = cmd.Annotations["format"]
		}
	}
	if !slices.Contains(formats, a.format) {
		return usagef("--output is %q; it may be %s", a.format, strings.Join(formats, ", "))
	}
	return nil
}

// rowWriter writes rows in one of the formats.
type rowWriter interface {
	head(columns []string) error // once, before all else
	row(values []any) error
	end() error // only after the last row of a result that is whole
}

// rows returns the writer of the format asked for. A table is aligned by its
// first rows, so many as are told, and nothing of it is written before.
func (a *app) rows(aligned int) rowWriter {
	switch a.format {
	case "json":
		return &jsonRows{w: a.stdout}
	case "ndjson":
		return &ndjsonRows{w: a.stdout}
	case "csv":
		return newCSVRows(a.stdout)
	}
	return &tableRows{w: a.stdout, aligned: aligned, bold: a.coloured()}
}

// allRows aligns a table by all of its rows.
const allRows = 1 << 30

// table writes a whole result.
func (a *app) table(columns []string, rows [][]any) error {
	w := a.rows(allRows)
	if err := w.head(columns); err != nil {
		return err
	}
	for _, row := range rows {
		if err := w.row(row); err != nil {
			return err
		}
	}
	return w.end()
}

// field is one line of a record.
type field struct {
	name  string
	value any
}

// record writes one thing: as a table, a field a line; otherwise as one row.
func (a *app) record(fields ...field) error {
	columns, values := make([]string, len(fields)), make([]any, len(fields))
	width := 0
	for i, f := range fields {
		columns[i], values[i] = f.name, f.value
		width = max(width, len(f.name))
	}
	switch a.format {
	case "json":
		text := append(appendObject(nil, columns, values), '\n')
		_, err := a.stdout.Write(text)
		return err
	case "ndjson", "csv":
		return a.table(columns, [][]any{values})
	}
	for i, name := range columns {
		line := name + strings.Repeat(" ", width-len(name)+2) + cell(values[i]) + "\n"
		if _, err := a.stdout.WriteString(line); err != nil {
			return err
		}
	}
	return nil
}
