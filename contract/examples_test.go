package contract_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// guided are the packages that programs import, each with the type whose every
// call to a server is shown.
var guided = map[string]string{
	"kuzu":                  "Client",
	"factory":               "Factory",
	"transport":             "",
	"resilience":            "",
	"resilience/page":       "",
	"gen":                   "",
	"mockserver":            "",
	"mockserver/fleet":      "",
	"mockserver/dynamo":     "",
	"mockserver/kuzuengine": "",
	"contract":              "",
}

// TestEveryEntryPointIsShown asks that each exported function, and each call to a
// server, is used in a runnable example of its package whose output is checked.
// Of generated functions the package comment speaks: there are hundreds.
func TestEveryEntryPointIsShown(t *testing.T) {
	for room, caller := range guided {
		t.Run(room, func(t *testing.T) {
			sources, tests := parse(t, room)
			used := shown(tests)
			if len(used) == 0 {
				t.Fatal("no example with checked output")
			}
			for _, file := range sources {
				for _, decl := range file.Decls {
					f, ok := decl.(*ast.FuncDecl)
					if !ok || !f.Name.IsExported() || ast.IsGenerated(file) {
						continue
					}
					if f.Recv == nil && !used[f.Name.Name] && !takes(f, "T") {
						t.Errorf("no example of %s uses %s", room, f.Name.Name)
					}
					if f.Recv != nil && receives(f, caller) && takes(f, "Context") && !used[f.Name.Name] {
						t.Errorf("no example of %s uses %s.%s", room, caller, f.Name.Name)
					}
				}
			}
		})
	}
}

func receives(f *ast.FuncDecl, typ string) bool {
	star, ok := f.Recv.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	name, ok := star.X.(*ast.Ident)
	return ok && name.Name == typ
}

// takes tells whether a parameter is of a type of another package, or points to
// one: a context, or the test for which a function is only.
func takes(f *ast.FuncDecl, typ string) bool {
	for _, parameter := range f.Type.Params.List {
		t := parameter.Type
		if star, ok := t.(*ast.StarExpr); ok {
			t = star.X
		}
		if s, ok := t.(*ast.SelectorExpr); ok && s.Sel.Name == typ {
			return true
		}
	}
	return false
}

// shown are the names behind a dot in examples with checked output.
func shown(tests []*ast.File) map[string]bool {
	names := map[string]bool{}
	for _, example := range doc.Examples(tests...) {
		if example.Output == "" && !example.EmptyOutput {
			continue
		}
		ast.Inspect(example.Code, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				names[s.Sel.Name] = true
			}
			return true
		})
	}
	return names
}

// parse reads the files of a package, whatever system they are for, and those of
// its tests.
func parse(t *testing.T, room string) (sources, tests []*ast.File) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("..", room, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	files := token.NewFileSet()
	for _, path := range paths {
		file, err := parser.ParseFile(files, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		switch {
		case err != nil:
			t.Fatal(err)
		case strings.HasSuffix(path, "_test.go"):
			tests = append(tests, file)
		default:
			sources = append(sources, file)
		}
	}
	return sources, tests
}
