package kuzu

import (
	"fmt"
	"reflect"
	"unsafe"

	"github.com/robosystems/kuzuclient/internal/chunk"
)

// InternalID is the engine's own id of a node or a relationship, as id(n) returns
// it. It can change when the graph is loaded anew.
type InternalID struct {
	Offset int64 `json:"offset"` // position within the table, from 0
	Table  int64 `json:"table"`  // the engine's number of the table, not its name
}

// String returns table:offset, as the engine's shell does.
func (id InternalID) String() string { return fmt.Sprintf("%d:%d", id.Table, id.Offset) }

// Node is a node of a graph. A statement that returns nodes of several tables
// gives each of them the properties of all, null where they are not its own.
type Node struct {
	ID         InternalID     // the engine's own, not a key of the table
	Label      string         // name of its table
	Properties map[string]any // as [Row.Values] has them
}

// Scan copies the properties into the struct or map that dest points to, as the
// package comment says of structs within values.
func (n Node) Scan(dest any) error { return scanProperties(n.Properties, dest) }

// Rel is a relationship from Src to Dst.
type Rel struct {
	ID         InternalID     // the engine's own
	Label      string         // name of its table
	Src, Dst   InternalID     // ids of the nodes that it leads from and to
	Properties map[string]any // as [Row.Values] has them
}

// Scan copies the properties; see [Node.Scan].
func (r Rel) Scan(dest any) error { return scanProperties(r.Properties, dest) }

// Path is a path or a recursive relationship. A path has all its nodes, a
// recursive relationship only those between its ends.
type Path struct {
	Nodes []Node // in the order of the path
	Rels  []Rel  // in the order of the path; each may point either way
}

func isGraphValue(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[InternalID](), reflect.TypeFor[Node](), reflect.TypeFor[Rel](), reflect.TypeFor[Path]():
		return true
	}
	return false
}

// graphDecoder reads an object, whose members a type must all have.
func graphDecoder(t reflect.Type) decoder {
	var read func(s *source, i int, p unsafe.Pointer) (int, error)
	switch t {
	case reflect.TypeFor[InternalID]():
		read = (*source).internalID
	case reflect.TypeFor[Node]():
		read = (*source).node
	case reflect.TypeFor[Rel]():
		read = (*source).rel
	default:
		read = (*source).path
	}
	return func(s *source, i int, p unsafe.Pointer) (int, error) {
		if s.at(i) != '{' {
			return i, s.unfit(i, t)
		}
		variable(t, p).SetZero()
		return read(s, i, p)
	}
}

// graphObject reads an object into the given variables by name, and what has
// another name into properties, unless that is nil.
func (s *source) graphObject(i int, what string, properties map[string]any, into map[string]any) (int, error) {
	found := 0
	end, err := s.members(i, func(name string, i int) (int, error) {
		target, ok := into[name]
		switch {
		case ok:
			found++
			v := reflect.ValueOf(target).Elem()
			return decoderOf(v.Type())(s, i, v.Addr().UnsafePointer())
		case properties == nil:
			return chunk.Skip(s.data, i)
		}
		value, end, err := s.dynamic(i)
		properties[name] = value
		return end, err
	})
	if err == nil && found < len(into) {
		return i, wrong(fmt.Errorf("it is not %s", what))
	}
	return end, err
}

func (s *source) internalID(i int, p unsafe.Pointer) (int, error) {
	id := (*InternalID)(p)
	return s.graphObject(i, "an internal id", nil, map[string]any{"offset": &id.Offset, "table": &id.Table})
}

func (s *source) node(i int, p unsafe.Pointer) (int, error) {
	n := (*Node)(p)
	n.Properties = map[string]any{}
	return s.graphObject(i, "a node", n.Properties, map[string]any{"_id": &n.ID, "_label": &n.Label})
}

func (s *source) rel(i int, p unsafe.Pointer) (int, error) {
	r := (*Rel)(p)
	r.Properties = map[string]any{}
	return s.graphObject(i, "a relationship", r.Properties,
		map[string]any{"_id": &r.ID, "_label": &r.Label, "_src": &r.Src, "_dst": &r.Dst})
}

func (s *source) path(i int, p unsafe.Pointer) (int, error) {
	path := (*Path)(p)
	return s.graphObject(i, "a path", nil, map[string]any{"_nodes": &path.Nodes, "_rels": &path.Rels})
}
