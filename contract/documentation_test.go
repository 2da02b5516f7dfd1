package contract_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestEveryExportedNameIsDocumented asks for a comment on every exported type,
// function, method, field, constant and variable of every package that programs
// can import. Where Go has a convention for it, the comment begins with the name.
// In generated files the comments are those of the API document.
func TestEveryExportedNameIsDocumented(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "list", "-f", `{{if ne .Name "main"}}{{range .GoFiles}}{{$.Dir}}/{{.}}{{"\n"}}{{end}}{{range .CgoFiles}}{{$.Dir}}/{{.}}{{"\n"}}{{end}}{{end}}`, "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	files := token.NewFileSet()
	for path := range strings.FieldsSeq(string(out)) {
		if strings.Contains(filepath.ToSlash(path), "/internal/") {
			continue
		}
		file, err := parser.ParseFile(files, path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if ast.IsGenerated(file) {
			continue
		}
		for _, problem := range undocumented(files, file) {
			t.Error(problem)
		}
	}
}

// TestUndocumentedNamesAreSeen proves that the test above would notice.
func TestUndocumentedNamesAreSeen(t *testing.T) {
	const source = `package p

type Bare struct {
	Field int
	Noted int // is fine
	// Above is fine.
	Above int
	hidden int
}

// A Good type.
type Good interface {
	Method()
	fmt.Stringer
}

// This type has another beginning.
type Wrong int

// Of has no name in front of its doc: Off.
func Off() {}

func (Good) Bare() {}

func (hidden) Bare() {}

// The values.
const (
	One = 1
	Two = 2 // is fine
	// Wrong: Three.
	Three = 3
	// Four is fine.
	Four = 4
)

// Alone is fine.
var Alone int
`
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "p.go", source, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"p.go:3:6: Bare has no comment",
		"p.go:4:2: Bare.Field has no comment",
		"p.go:13:2: Good.Method has no comment",
		`p.go:18:6: the comment of Wrong does not begin with it`,
		`p.go:21:6: the comment of Off does not begin with it`,
		"p.go:23:13: Good.Bare has no comment",
		"p.go:29:2: One has no comment",
		`p.go:32:2: the comment of Three does not begin with it`,
	}
	if got := undocumented(files, file); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// critic collects what is missing in one file.
type critic struct {
	files    *token.FileSet
	problems []string
}

func undocumented(files *token.FileSet, file *ast.File) []string {
	c := critic{files: files}
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			c.function(d)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					c.typ(s, first(s.Doc, d.Doc))
				case *ast.ValueSpec:
					c.value(s, d)
				}
			}
		}
	}
	return c.problems
}

func (c *critic) function(d *ast.FuncDecl) {
	name := d.Name.Name
	if d.Recv != nil {
		receiver := d.Recv.List[0].Type
		if star, ok := receiver.(*ast.StarExpr); ok {
			receiver = star.X
		}
		switch generic := receiver.(type) {
		case *ast.IndexExpr:
			receiver = generic.X
		case *ast.IndexListExpr:
			receiver = generic.X
		}
		typ := receiver.(*ast.Ident)
		if !typ.IsExported() {
			return
		}
		name = typ.Name + "." + name
	}
	c.begins(d.Name, name, d.Doc)
}

func (c *critic) typ(s *ast.TypeSpec, doc *ast.CommentGroup) {
	c.begins(s.Name, s.Name.Name, doc)
	if !s.Name.IsExported() {
		return
	}
	var members *ast.FieldList
	switch t := s.Type.(type) {
	case *ast.StructType:
		members = t.Fields
	case *ast.InterfaceType:
		members = t.Methods
	default:
		return
	}
	for _, member := range members.List {
		for _, name := range member.Names {
			if name.IsExported() && member.Doc.Text() == "" && member.Comment.Text() == "" {
				c.problem(name, "%s.%s has no comment", s.Name.Name, name.Name)
			}
		}
	}
}

// value takes a comment behind the value, or one before it that names it. That of
// a group says what its members have in common, and nothing of the single one.
func (c *critic) value(s *ast.ValueSpec, d *ast.GenDecl) {
	doc := s.Doc
	if !d.Lparen.IsValid() {
		doc = d.Doc
	}
	for _, name := range s.Names {
		if s.Comment.Text() == "" || doc != nil {
			c.begins(name, name.Name, doc)
		}
	}
}

// begins asks for a comment whose first word, apart from an article, is the name.
func (c *critic) begins(name *ast.Ident, called string, doc *ast.CommentGroup) {
	if !name.IsExported() {
		return
	}
	text := doc.Text()
	if text == "" {
		c.problem(name, "%s has no comment", called)
		return
	}
	for _, article := range []string{"A ", "An ", "The "} {
		text = strings.TrimPrefix(text, article)
	}
	word, _, _ := strings.Cut(strings.Fields(text)[0], ":")
	if strings.TrimRight(word, ",.") != name.Name {
		c.problem(name, "the comment of %s does not begin with it", called)
	}
}

func (c *critic) problem(at ast.Node, format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf("%v: ", c.files.Position(at.Pos()))+fmt.Sprintf(format, args...))
}

func first(docs ...*ast.CommentGroup) *ast.CommentGroup {
	for _, doc := range docs {
		if doc != nil {
			return doc
		}
	}
	return nil
}
