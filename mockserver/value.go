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
	Zoned bool // a TIMESTAMP_TZ
}

// Struct is a STRUCT, or the properties of a node or relationship, in order.
type Struct []Field

// Field is one member of a [Struct].
type Field struct {
	Name  string // name of the member
	Value any    // of a type that the package's documentation lists
}

// Map is a MAP in order.
type Map []Entry

// Entry is one pair of a [Map].
type Entry struct {
	Key, Value any // of types that the package's documentation lists
}

// InternalID is the engine's own identity of a node or relationship.
type InternalID struct {
	Offset, Table uint64 // position within the table, and number of the table; from 0
}

// Node is a NODE.
type Node struct {
	ID         InternalID // the engine's own
	Label      string     // name of its table
	Properties Struct     // in the order of the table
}

// Rel is a REL.
type Rel struct {
	ID, Src, Dst InternalID // its own, and those of the nodes that it leads from and to
	Label        string     // name of its table
	Properties   Struct     // in the order of the table
}

// Path is a RECURSIVE_REL: a named path, or a variable-length relationship,
// whose nodes are then only the inner ones.
type Path struct {
	Nodes []Node // in order
	Rels  []Rel  // in order; each may point either way
}
