package main

import (
	"encoding/csv"
	"io"
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tableRows writes columns side by side.
type tableRows struct {
	w       io.Writer
	aligned int
	bold    bool

	columns []string
	widths  []int
	right   []bool
	held    [][]string
	begun   bool
}

func (t *tableRows) head(columns []string) error {
	t.columns = columns
	t.widths, t.right = make([]int, len(columns)), make([]bool, len(columns))
	for i, name := range columns {
		t.widths[i] = utf8.RuneCountInString(name)
	}
	return nil
}

func (t *tableRows) row(values []any) error {
	cells := make([]string, len(values))
	for i, value := range values {
		cells[i] = cell(value)
		if !t.begun {
			t.widths[i] = max(t.widths[i], utf8.RuneCountInString(cells[i]))
			if value != nil {
				t.right[i] = isNumber(value)
			}
		}
	}
	if t.begun {
		return t.line(cells, "", "")
	}
	if t.held = append(t.held, cells); len(t.held) < t.aligned {
		return nil
	}
	return t.begin()
}

func (t *tableRows) end() error {
	if t.begun {
		return nil
	}
	return t.begin()
}

func (t *tableRows) begin() error {
	t.begun = true
	on, off := "", ""
	if t.bold {
		on, off = "\x1b[1m", "\x1b[0m"
	}
	err := t.line(t.columns, on, off)
	for _, cells := range t.held {
		if err == nil {
			err = t.line(cells, "", "")
		}
	}
	t.held = nil
	return err
}

func (t *tableRows) line(cells []string, on, off string) error {
	var b strings.Builder
	for len(cells) > 1 && cells[len(cells)-1] == "" { // nothing is aligned to it
		cells = cells[:len(cells)-1]
	}
	for i, text := range cells {
		pad := strings.Repeat(" ", max(t.widths[i]-utf8.RuneCountInString(text), 0))
		switch {
		case t.right[i]:
			b.WriteString(pad + on + text + off)
		case i == len(cells)-1:
			b.WriteString(on + text + off)
		default:
			b.WriteString(on + text + off + pad)
		}
		if i < len(cells)-1 {
			b.WriteString("  ")
		}
	}
	b.WriteByte('\n')
	_, err := io.WriteString(t.w, b.String())
	return err
}

func isNumber(value any) bool {
	switch value.(type) {
	case int, int64, uint64, float64, *big.Int:
		return true
	}
	return false
}

// cell returns a value as a terminal may show it: what controls terminals is
// written as an escape.
func cell(value any) string {
	text, ok := value.(string)
	if !ok {
		text = strings.TrimPrefix(string(appendJSON(nil, value)), `"`)
		if isText(value) {
			text = strings.TrimSuffix(text, `"`)
		}
	}
	if strings.IndexFunc(text, unprintable) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if unprintable(r) {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) && r != '\u00a0' }

// isText tells values that JSON writes as a string although they are none.
func isText(value any) bool {
	f, ok := value.(float64)
	return ok && (f != f || f-f != 0)
}

// csvRows writes comma-separated values as RFC 4180 has them. Null is an empty
// field, and what is nested is JSON.
type csvRows struct{ w *csv.Writer }

func newCSVRows(w io.Writer) *csvRows { return &csvRows{csv.NewWriter(w)} }

func (c *csvRows) head(columns []string) error { return c.write(columns) }

func (c *csvRows) row(values []any) error {
	fields := make([]string, len(values))
	for i, value := range values {
		switch text, ok := value.(string); {
		case ok:
			fields[i] = text
		case value != nil:
			fields[i] = strings.Trim(string(appendJSON(nil, value)), `"`)
		}
	}
	return c.write(fields)
}

func (c *csvRows) end() error { return nil }

// write hands every line on, so that rows can be seen as they come.
func (c *csvRows) write(fields []string) error {
	if err := c.w.Write(fields); err != nil {
		return err
	}
	c.w.Flush()
	return c.w.Error()
}
