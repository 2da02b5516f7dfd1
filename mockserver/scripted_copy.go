package mockserver

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// copy loads CSV files into a table, all rows or none, and finds out delimiter
// and header as the real engine does. Other formats are beyond it.
func (db *scriptedDatabase) copy(name, pattern string, ignoreErrors bool) (Answer, error) {
	table := db.table(name)
	if table == nil {
		return Answer{}, engineError("Binder exception: Table %s does not exist.", name)
	}
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		return Answer{}, engineError("Binder exception: No file found that matches the pattern: %s.", pattern)
	}
	keys := table.keys()
	var rows [][]any
	for _, path := range paths {
		loaded, err := table.readCSV(path, keys, ignoreErrors)
		if err != nil {
			return Answer{}, err
		}
		rows = append(rows, loaded...)
	}
	table.Rows = append(table.Rows, rows...)
	db.modified = time.Now()
	return Answer{[]string{"result"}, [][]any{{fmt.Sprintf("%d tuples have been copied to the %s table.", len(rows), name)}}}, nil
}

// keys returns the primary keys that are taken; nil for a table of relationships.
func (t *Table) keys() map[any]bool {
	for i, c := range t.Columns {
		if c.Primary {
			keys := make(map[any]bool, len(t.Rows))
			for _, row := range t.Rows {
				keys[row[i]] = true
			}
			return keys
		}
	}
	return nil
}

func (t *Table) readCSV(path string, keys map[any]bool, ignoreErrors bool) ([][]any, error) {
	if !strings.EqualFold(filepath.Ext(path), ".csv") {
		return nil, engineError("Runtime exception: the scripted engine loads CSV files only")
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("IO exception: %w", err)
	}
	r := csv.NewReader(strings.NewReader(string(content)))
	r.Comma = delimiter(string(content))
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	var rows [][]any
	for line := 1; ; line++ {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		var row []any
		if err == nil {
			row, err = t.parse(record)
		}
		if err != nil && line == 1 {
			continue // a header
		}
		if err == nil {
			err = t.claim(row, keys)
		}
		switch {
		case err == nil:
			rows = append(rows, row)
		case !ignoreErrors:
			return nil, fmt.Errorf("Copy exception: Error in file %s on line %d: %w", path, line, err)
		}
	}
}

// parse converts a record to the table's types.
func (t *Table) parse(record []string) ([]any, error) {
	if len(record) != len(t.Columns) {
		return nil, fmt.Errorf("expected %d values per row, but got %d", len(t.Columns), len(record))
	}
	row := make([]any, len(record))
	for i, field := range record {
		value, err := t.Columns[i].parseCell(field)
		if err != nil {
			return nil, err
		}
		row[i] = value
	}
	return row, nil
}

// claim takes the row's primary key.
func (t *Table) claim(row []any, keys map[any]bool) error {
	for i, c := range t.Columns {
		if !c.Primary {
			continue
		}
		if keys[row[i]] {
			return engineError("Runtime exception: Found duplicated primary key value %v, which violates the uniqueness constraint of the primary key column.", row[i])
		}
		keys[row[i]] = true
	}
	return nil
}

// delimiter picks the separator that the first line has most of.
func delimiter(content string) rune {
	first, _, _ := strings.Cut(content, "\n")
	best, most := ',', 0
	for _, candidate := range ",|;\t" {
		if n := strings.Count(first, string(candidate)); n > most {
			best, most = candidate, n
		}
	}
	return best
}
