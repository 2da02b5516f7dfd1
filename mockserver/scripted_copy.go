package mockserver

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
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
	accept := db.keyCheck(table)
	var rows [][]any
	for _, path := range paths {
		loaded, err := table.readCSV(path, accept, ignoreErrors)
		if err != nil {
			return Answer{}, engineError("Copy exception: %w", err)
		}
		rows = append(rows, loaded...)
	}
	table.Rows = append(table.Rows, rows...)
	db.modified = time.Now()
	return Answer{[]string{"result"}, [][]any{{fmt.Sprintf("%d tuples have been copied to the %s table.", len(rows), name)}}}, nil
}

// readCSV returns the rows of a file that can be parsed and are accepted.
func (t *Table) readCSV(path string, accept func(row []any) error, ignoreErrors bool) ([][]any, error) {
	if !strings.EqualFold(filepath.Ext(path), ".csv") {
		return nil, errors.New("the scripted engine loads CSV files only")
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
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
		if err != nil {
			err = fmt.Errorf("Error in file %s on line %d: %w", path, line, err)
		} else {
			err = accept(row)
		}
		switch {
		case err == nil:
			rows = append(rows, row)
		case !ignoreErrors:
			return nil, err
		}
	}
}

// keyCheck returns what looks at the keys of one new row after the other: those
// of nodes must be new, and relationships must find theirs.
func (db *scriptedDatabase) keyCheck(t *Table) func(row []any) error {
	if t.kind() == relTable {
		ends := []map[any]bool{db.table(t.From).keys(), db.table(t.To).keys()}
		return func(row []any) error {
			for i, keys := range ends {
				if !keys[row[i]] {
					return engineError("Unable to find primary key value %v.", row[i])
				}
			}
			return nil
		}
	}
	keys, at := t.keys(), t.keyColumn()
	return func(row []any) error {
		key := row[at]
		switch {
		case key == nil:
			return engineError("Found NULL, which violates the non-null constraint of the primary key column.")
		case keys[key]:
			return engineError("Found duplicated primary key value %v, which violates the uniqueness constraint of the primary key column.", key)
		}
		keys[key] = true
		return nil
	}
}

// keys returns the primary keys of a table of nodes.
func (t *Table) keys() map[any]bool {
	at := t.keyColumn()
	keys := make(map[any]bool, len(t.Rows))
	for _, row := range t.Rows {
		keys[row[at]] = true
	}
	return keys
}

// parse converts a record to the table's types.
func (t *Table) parse(record []string) ([]any, error) {
	if len(record) != len(t.Columns) {
		return nil, engineError("expected %d values per row, but got %d.", len(t.Columns), len(record))
	}
	row := make([]any, len(record))
	for i, field := range record {
		value, err := t.Columns[i].parse(field)
		if err != nil {
			return nil, engineError("Conversion exception: Cast failed. Could not convert %q to %s.", field, t.Columns[i].Type)
		}
		row[i] = value
	}
	return row, nil
}

// parse converts a field to the column's type; types that are neither numbers
// nor booleans stay text.
func (c Column) parse(field string) (any, error) {
	if field == "" {
		return nil, nil
	}
	switch c.Type {
	case "INT8", "INT16", "INT32", "INT64", "SERIAL":
		return strconv.ParseInt(field, 10, 64)
	case "UINT8", "UINT16", "UINT32", "UINT64":
		return strconv.ParseUint(field, 10, 64)
	case "DOUBLE", "FLOAT":
		return strconv.ParseFloat(field, 64)
	case "BOOL", "BOOLEAN":
		return strconv.ParseBool(strings.ToLower(field))
	default:
		return field, nil
	}
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
