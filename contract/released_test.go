package contract_test

import (
	"flag"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the exported API into contract/released, when a version is released")

// released is the exported API of the last release, a line a name.
const released = "released/api-1.0.0.txt"

// promised are the packages of which nothing is taken away within a major version.
var promised = slices.Sorted(slices.Values(append(slices.Collect(maps.Keys(guided)), "gen/server", "openapi")))

// TestReleasedAPI asks that everything that the last release exported is still
// there as it was. What is new may be added. A member more in an interface is a
// change, since others implement it.
func TestReleasedAPI(t *testing.T) {
	var now []string
	for _, room := range promised {
		sources, _ := parse(t, room)
		now = append(now, exported(room, sources)...)
	}
	if *update {
		if err := os.WriteFile(released, []byte(strings.Join(now, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(released)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range gone(strings.Split(strings.TrimSpace(string(text)), "\n"), now) {
		t.Errorf("gone or changed since %s: %s", filepath.Base(released), line)
	}
	if t.Failed() {
		t.Log("keep what was there; or raise the major version, or, before that version is out, write its list anew with -update")
	}
}

// TestChangesOfTheAPIAreSeen proves that the test above would notice.
func TestChangesOfTheAPIAreSeen(t *testing.T) {
	sources, _ := parse(t, "kuzu")
	now := exported("kuzu", sources)
	for _, line := range []string{
		"kuzu: func (*Client) NodeExists(context.Context, string, Params) (bool, error)",
		"kuzu: func QueryAs[T any](context.Context, *Client, string, Params) ([]T, error)",
		"kuzu: type TaskFilter struct, Limit int",
		"kuzu: type Params map[string]any",
		"kuzu: type Error = transport.Error",
		"kuzu: const KindSyntax = transport.KindSyntax",
		"kuzu: var ErrSyntax",
	} {
		if !slices.Contains(now, line) {
			t.Errorf("not in the list: %s", line)
		}
		without := slices.DeleteFunc(slices.Clone(now), func(l string) bool { return l == line })
		if got := gone(now, without); !slices.Equal(got, []string{line}) {
			t.Errorf("without %s the test sees %q", line, got)
		}
	}
}

// gone are the lines of before that are not in now.
func gone(before, now []string) []string {
	kept := map[string]bool{}
	for _, line := range now {
		kept[line] = true
	}
	return slices.DeleteFunc(slices.Clone(before), func(line string) bool { return kept[line] })
}

// exported lists what a package exports, sorted.
func exported(room string, sources []*ast.File) []string {
	lines := map[string]bool{}
	add := func(parts ...string) { lines[room+": "+strings.Join(parts, "")] = true }
	for _, file := range sources {
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if receiver, ok := receiverOf(d); ok && d.Name.IsExported() {
					add("func ", receiver, d.Name.Name, signature(d.Type))
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch s := spec.(type) {
					case *ast.TypeSpec:
						exportedType(s, add)
					case *ast.ValueSpec:
						exportedValues(s, d.Tok, add)
					}
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(lines))
}

// receiverOf is such as "(*Client) ", and false for methods of types that are not
// exported.
func receiverOf(d *ast.FuncDecl) (string, bool) {
	if d.Recv == nil {
		return "", true
	}
	typ := types.ExprString(d.Recv.List[0].Type)
	return "(" + typ + ") ", ast.IsExported(strings.TrimPrefix(typ, "*"))
}

func exportedType(s *ast.TypeSpec, add func(...string)) {
	if !s.Name.IsExported() {
		return
	}
	head := "type " + s.Name.Name + typeParameters(s.TypeParams)
	switch t := s.Type.(type) {
	case *ast.StructType:
		add(head, " struct")
		for _, field := range t.Fields.List {
			tag := ""
			if field.Tag != nil {
				tag, _ = strconv.Unquote(field.Tag.Value)
				tag = " " + tag
			}
			if len(field.Names) == 0 {
				add(head, " struct, embedded ", types.ExprString(field.Type), tag)
			}
			for _, name := range field.Names {
				if name.IsExported() {
					add(head, " struct, ", name.Name, " ", types.ExprString(field.Type), tag)
				}
			}
		}
	case *ast.InterfaceType:
		var members []string
		for _, member := range t.Methods.List {
			if f, ok := member.Type.(*ast.FuncType); ok && len(member.Names) == 1 {
				members = append(members, member.Names[0].Name+signature(f))
			} else {
				members = append(members, types.ExprString(member.Type))
			}
		}
		slices.Sort(members)
		add(head, " interface {", strings.Join(members, "; "), "}")
	default:
		if s.Assign.IsValid() {
			head += " ="
		}
		add(head, " ", types.ExprString(s.Type))
	}
}

// exportedValues lists constants with their values, as far as one is written
// beside the name.
func exportedValues(s *ast.ValueSpec, tok token.Token, add func(...string)) {
	typ := ""
	if s.Type != nil {
		typ = " " + types.ExprString(s.Type)
	}
	for i, name := range s.Names {
		if !name.IsExported() {
			continue
		}
		value := ""
		if tok == token.CONST && i < len(s.Values) {
			value = " = " + types.ExprString(s.Values[i])
		}
		add(tok.String(), " ", name.Name, typ, value)
	}
}

// signature is what callers of a function depend on: types, and no names.
func signature(f *ast.FuncType) string {
	results := typesOf(f.Results)
	out := typeParameters(f.TypeParams) + "(" + strings.Join(typesOf(f.Params), ", ") + ")"
	switch len(results) {
	case 0:
	case 1:
		out += " " + results[0]
	default:
		out += " (" + strings.Join(results, ", ") + ")"
	}
	return out
}

func typesOf(fields *ast.FieldList) []string {
	var list []string
	if fields == nil {
		return nil
	}
	for _, field := range fields.List {
		for range max(1, len(field.Names)) {
			list = append(list, types.ExprString(field.Type))
		}
	}
	return list
}

func typeParameters(fields *ast.FieldList) string {
	if fields == nil {
		return ""
	}
	var list []string
	for _, field := range fields.List {
		for _, name := range field.Names {
			list = append(list, name.Name+" "+types.ExprString(field.Type))
		}
	}
	return "[" + strings.Join(list, ", ") + "]"
}
