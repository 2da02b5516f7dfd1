package mockserver

import "time"

// Decimal is a DECIMAL in plain notation with its scale kept: "1.10".
type Decimal string

// UUID is a UUID in its canonical lower-case form.
type UUID string

// Date is a DATE; only year, month and day count.
type Date struct{ time.Time }

// Timestamp is a TIMESTAMP of any precision in UTC. Zoned tells TIMESTAMP_TZ
// from the others, which have no zone.
type Timestamp struct {
	time.Time
	Zoned bool
}

// Struct is a STRUCT, or the properties of a node or relationship, in order.
type Struct []Field

// Field is one member of a [Struct].
type Field struct {
	Name  string
	Value any
}

// Map is a MAP in order.
type Map []Entry

// Entry is one pair of a [Map].
type Entry struct{ Key, Value any }

// InternalID is the engine's own identity of a node or relationship.
type InternalID struct{ Offset, Table uint64 }

// Node is a NODE.
type Node struct {
	ID         InternalID
	Label      string
	Properties Struct
}

// Rel is a REL.
type Rel struct {
	ID, Src, Dst InternalID
	Label        string
	Properties   Struct
}

// Path is a RECURSIVE_REL: a named path, or a variable-length relationship,
// whose nodes are then only the inner ones.
type Path struct {
	Nodes []Node
	Rels  []Rel
}
