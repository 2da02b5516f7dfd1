package mockserver

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"
)

// maxScriptedSnapshot bounds what a scripted engine, which lives in memory,
// restores.
const maxScriptedSnapshot = 32 << 20

// scriptedSnapshot is a database of a scripted engine as JSON. Values are text,
// as in the CSV file that they could come from; null is null.
type scriptedSnapshot struct {
	Scripted int             `json:"scripted"` // version of this form
	Tables   []snapshotTable `json:"tables"`
}

type snapshotTable struct {
	Name    string      `json:"name"`
	Columns []Column    `json:"columns"`
	From    string      `json:"from,omitempty"`
	To      string      `json:"to,omitempty"`
	Rows    [][]*string `json:"rows"`
}

const scriptedSnapshotVersion = 1

// Backup implements [Engine]. Tables with their rows are part of a snapshot,
// handlers are not.
func (s *Scripted) Backup(_ context.Context, name string) (*Snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	db := s.databases[name]
	if db == nil {
		return nil, ErrDatabaseNotFound
	}
	snapshot := scriptedSnapshot{Scripted: scriptedSnapshotVersion, Tables: []snapshotTable{}}
	for _, table := range db.tables {
		out := snapshotTable{Name: table.Name, Columns: table.Columns, From: table.From, To: table.To, Rows: make([][]*string, len(table.Rows))}
		for i, row := range table.Rows {
			out.Rows[i] = fields(row)
		}
		snapshot.Tables = append(snapshot.Tables, out)
	}
	content, err := json.Marshal(snapshot)
	if err != nil {
		return nil, err
	}
	return &Snapshot{ReadCloser: io.NopCloser(bytes.NewReader(content)), Size: int64(len(content))}, nil
}

// fields is the reverse of [Table.parse].
func fields(row []any) []*string {
	record := make([]*string, len(row))
	for i, value := range row {
		if value == nil {
			continue
		}
		field := fmt.Sprint(value)
		if f, ok := value.(float64); ok {
			field = strconv.FormatFloat(f, 'g', -1, 64)
		}
		record[i] = &field
	}
	return record
}

// Restore implements [Engine].
func (s *Scripted) Restore(_ context.Context, name string, snapshot io.Reader, replace bool) error {
	content, err := io.ReadAll(io.LimitReader(snapshot, maxScriptedSnapshot+1))
	if err != nil {
		return err
	}
	if len(content) > maxScriptedSnapshot {
		return fmt.Errorf("%w: it is larger than the %d bytes that the scripted engine takes", ErrUnusableSnapshot, maxScriptedSnapshot)
	}
	db, err := readSnapshot(content)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnusableSnapshot, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.databases[name] != nil && !replace {
		return ErrDatabaseExists
	}
	s.databases[name] = db
	return nil
}

func readSnapshot(content []byte) (*scriptedDatabase, error) {
	var snapshot scriptedSnapshot
	switch err := json.Unmarshal(content, &snapshot); {
	case err != nil:
		return nil, fmt.Errorf("it is not a database of the scripted engine (%w)", err)
	case snapshot.Scripted != scriptedSnapshotVersion:
		return nil, fmt.Errorf("it has version %d of the scripted engine's form, and this is version %d", snapshot.Scripted, scriptedSnapshotVersion)
	}
	db := &scriptedDatabase{modified: time.Now()}
	for _, in := range snapshot.Tables {
		table := &Table{Name: in.Name, Columns: in.Columns, From: in.From, To: in.To}
		if err := db.accept(table); err != nil {
			return nil, err
		}
		for i, record := range in.Rows {
			row, err := table.parse(texts(record))
			if err != nil {
				return nil, fmt.Errorf("table %s, row %d: %w", table.Name, i+1, err)
			}
			table.Rows = append(table.Rows, row)
		}
		db.tables = append(db.tables, table)
	}
	return db, nil
}

// accept checks what the engine relies on in a table.
func (db *scriptedDatabase) accept(table *Table) error {
	switch {
	case db.table(table.Name) != nil:
		return fmt.Errorf("it has two tables %s", table.Name)
	case table.kind() == nodeTable && table.keyColumn() < 0:
		return fmt.Errorf("table %s has no primary key", table.Name)
	case table.kind() == relTable:
		for _, name := range []string{table.From, table.To} {
			if end := db.table(name); end == nil || end.kind() != nodeTable {
				return fmt.Errorf("table %s connects %s, which is no table of nodes before it", table.Name, name)
			}
		}
		if len(table.Columns) < 2 {
			return fmt.Errorf("table %s lacks its ends", table.Name)
		}
	}
	return nil
}

func texts(record []*string) []string {
	out := make([]string, len(record))
	for i, field := range record {
		if field != nil {
			out[i] = *field
		}
	}
	return out
}
