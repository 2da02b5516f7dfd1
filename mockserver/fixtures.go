package mockserver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// schemaFile is the file of a fixture that makes the tables.
const schemaFile = "schema.cypher"

// LoadFixtures makes databases from files: one for each directory in dir, which
// gives it its name. Such a directory may hold, loaded in this order:
//
//	schema.cypher   statements that make the tables
//	Person.csv      rows of the table Person, with or without a header; *.parquet,
//	                too, where the engine reads that. Tables of nodes come first
//	*.cypher        statements that run then, file by file by name
//
// Statements end with a semicolon. Names that begin with a dot are passed over;
// any other file is an error. An error names file and line, and leaves none of
// the databases behind.
//
// A database that exists stays as it is, and the log says so: an engine whose
// files last begins with what they hold. To have the fixture instead, call
// [Server.Reset] first.
//
// Directories are read in the order of their names. Call it after [New], and
// again after [Server.Reset]; requests may come in the meantime.
func (s *Server) LoadFixtures(ctx context.Context, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("mockserver: fixtures: %w", err)
	}
	var made []string
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") {
			continue
		}
		created, err := s.loadFixture(ctx, filepath.Join(dir, entry.Name()))
		if created {
			made = append(made, entry.Name())
		}
		if err != nil {
			for _, name := range made {
				err = errors.Join(err, s.engine.Drop(context.WithoutCancel(ctx), name))
			}
			return fmt.Errorf("mockserver: fixtures: %w", err)
		}
	}
	s.fixtures.add(dir)
	return nil
}

// directories are those that fixtures were loaded from, each once.
type directories struct {
	mu   sync.Mutex
	dirs []string // guarded by mu
}

func (d *directories) add(dir string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Contains(d.dirs, dir) {
		d.dirs = append(d.dirs, dir)
	}
}

func (d *directories) all() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.dirs)
}

// loadFixture makes one database, and reports whether it did, also if it could
// not fill it.
func (s *Server) loadFixture(ctx context.Context, dir string) (created bool, err error) {
	f, err := readFixture(dir)
	if err != nil {
		return false, err
	}
	if s.exists(ctx, f.name) {
		s.log.Info("fixture passed over: its database exists", "database", f.name, "fixture", dir)
		return false, nil
	}
	switch full, err := s.create(ctx, f.name, false); {
	case full:
		return false, fmt.Errorf("%s: the server takes %d databases", dir, s.maxDatabases)
	case err != nil:
		return false, fmt.Errorf("%s: %w", dir, err)
	}
	if err := s.runFile(ctx, f.name, f.schema); err != nil {
		return true, err
	}
	if err := s.loadRows(ctx, f); err != nil {
		return true, err
	}
	for _, file := range f.statements {
		if err := s.runFile(ctx, f.name, file); err != nil {
			return true, err
		}
	}
	return true, nil
}

// fixture is a directory of files for one database.
type fixture struct {
	dir, name  string
	schema     string   // "" if there is none
	rows       []string // files of tables
	statements []string // other files of statements
}

func readFixture(dir string) (fixture, error) {
	f := fixture{dir: dir, name: filepath.Base(dir)}
	if fault := graphIDFault(f.name); fault != "" {
		return f, fmt.Errorf("%s: it cannot name a database: %s", dir, fault)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return f, fmt.Errorf("%w; fixtures are directories, one a database", err)
	}
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		switch extension := filepath.Ext(entry.Name()); {
		case strings.HasPrefix(entry.Name(), "."):
		case entry.Name() == schemaFile:
			f.schema = path
		case extension == ".cypher":
			f.statements = append(f.statements, path)
		case extension == ".csv" || extension == ".parquet":
			f.rows = append(f.rows, path)
		default:
			return f, fmt.Errorf("%s: a fixture holds *.cypher, *.csv and *.parquet", path)
		}
	}
	return f, nil
}

// runFile runs the statements of a file; "" is none.
func (s *Server) runFile(ctx context.Context, name, file string) error {
	if file == "" {
		return nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	statements, err := splitCypher(string(content))
	if err != nil {
		return fmt.Errorf("%s:%w", file, err)
	}
	for _, statement := range statements {
		if _, err := s.rows(ctx, name, statement.text); err != nil {
			return fmt.Errorf("%s:%d: %w", file, statement.line, err)
		}
	}
	return nil
}

// loadRows fills the tables, those of nodes first.
func (s *Server) loadRows(ctx context.Context, f fixture) error {
	if len(f.rows) == 0 {
		return nil
	}
	tables, err := s.tables(ctx, f.name)
	if err != nil {
		return fmt.Errorf("%s: %w", f.dir, err)
	}
	kinds := make(map[string]string, len(tables))
	names := make([]string, len(tables))
	for i, table := range tables {
		kinds[table.Name], names[i] = table.Type, table.Name
	}
	table := func(file string) string {
		return strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	}
	for _, file := range f.rows {
		if kinds[table(file)] == "" {
			return fmt.Errorf("%s: there is no table %s; %s makes %q", file, table(file), schemaFile, names)
		}
	}
	slices.SortStableFunc(f.rows, func(a, b string) int { return cmp.Compare(kinds[table(a)], kinds[table(b)]) }) // NODE, REL
	for _, file := range f.rows {
		path, err := filepath.Abs(file)
		if err != nil {
			return err
		}
		if _, err := s.copyFile(ctx, f.name, table(file), source{name: file, path: path}, false); err != nil {
			return fmt.Errorf("%s: %w", place(file, err), err)
		}
	}
	return nil
}

var lineOfRow = regexp.MustCompile(`on line (\d+)`)

// place is a file, with the line that the engine's error tells.
func place(file string, err error) string {
	if found := lineOfRow.FindStringSubmatch(err.Error()); found != nil {
		return file + ":" + found[1]
	}
	return file
}
