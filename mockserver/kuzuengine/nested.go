//go:build cgo && (linux || darwin)

package kuzuengine

// #include "bridge.h"
import "C"

import (
	"errors"
	"fmt"

	"github.com/robosystems/kuzuclient/mockserver"
)

var errBrokenValue = errors.New("Runtime exception: The engine returned a value that cannot be read.")

func (r *reader) nested(v C.kuzu_value) (any, error) {
	size := uint64(r.cell.u)
	switch r.cell._type {
	case C.KUZU_LIST, C.KUZU_ARRAY:
		return r.list(v, size)
	case C.KUZU_STRUCT:
		return r.structure(v, size)
	case C.KUZU_MAP:
		return r.mapping(v, size)
	case C.KUZU_UNION:
		// The engine keeps only the active member, in the first place.
		var member C.kuzu_value
		if C.kuzu_value_get_list_element(&v, 0, &member) != 0 {
			return nil, errBrokenValue
		}
		value, _, err := r.value(member, C.KUZU_ANY)
		return value, err
	case C.KUZU_NODE:
		return r.node(v, size)
	case C.KUZU_REL:
		return r.relationship(v, size)
	case C.KUZU_RECURSIVE_REL:
		return r.path(v)
	}
	return nil, errBrokenValue
}

func (r *reader) list(v C.kuzu_value, size uint64) ([]any, error) {
	list := make([]any, size)
	hint := C.int32_t(C.KUZU_ANY) // all elements are of one type
	for i := range list {
		var element C.kuzu_value
		if C.kuzu_value_get_list_element(&v, C.uint64_t(i), &element) != 0 {
			return nil, errBrokenValue
		}
		var err error
		if list[i], hint, err = r.value(element, hint); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (r *reader) structure(v C.kuzu_value, size uint64) (mockserver.Struct, error) {
	s := make(mockserver.Struct, size)
	for i := range s {
		var name *C.char
		var member C.kuzu_value
		// The name of a field can be empty, which the engine calls an error.
		if C.kuzu_value_get_struct_field_name(&v, C.uint64_t(i), &name) == 0 {
			s[i].Name = takeString(name)
		}
		if C.kuzu_value_get_struct_field_value(&v, C.uint64_t(i), &member) != 0 {
			return nil, errBrokenValue
		}
		var err error
		if s[i].Value, _, err = r.value(member, C.KUZU_ANY); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (r *reader) mapping(v C.kuzu_value, size uint64) (mockserver.Map, error) {
	m := make(mockserver.Map, size)
	keyHint, valueHint := C.int32_t(C.KUZU_ANY), C.int32_t(C.KUZU_ANY)
	for i := range m {
		var key, value C.kuzu_value
		if C.kuzu_value_get_map_key(&v, C.uint64_t(i), &key) != 0 ||
			C.kuzu_value_get_map_value(&v, C.uint64_t(i), &value) != 0 {
			return nil, errBrokenValue
		}
		var err error
		if m[i].Key, keyHint, err = r.value(key, keyHint); err != nil {
			return nil, err
		}
		if m[i].Value, valueHint, err = r.value(value, valueHint); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (r *reader) node(v C.kuzu_value, size uint64) (mockserver.Node, error) {
	var node mockserver.Node
	var id, label C.kuzu_value
	if C.kuzu_node_val_get_id_val(&v, &id) != 0 || C.kuzu_node_val_get_label_val(&v, &label) != 0 {
		return node, errBrokenValue
	}
	if err := errors.Join(readInto(r, id, &node.ID), readInto(r, label, &node.Label)); err != nil {
		return node, err
	}
	node.Properties = make(mockserver.Struct, size)
	for i := range node.Properties {
		property := &node.Properties[i]
		var name *C.char
		var value C.kuzu_value
		if C.kuzu_node_val_get_property_name_at(&v, C.uint64_t(i), &name) == 0 {
			property.Name = takeString(name)
		}
		if C.kuzu_node_val_get_property_value_at(&v, C.uint64_t(i), &value) != 0 {
			return node, errBrokenValue
		}
		var err error
		if property.Value, _, err = r.value(value, C.KUZU_ANY); err != nil {
			return node, err
		}
	}
	return node, nil
}

func (r *reader) relationship(v C.kuzu_value, size uint64) (mockserver.Rel, error) {
	var rel mockserver.Rel
	var id, src, dst, label C.kuzu_value
	if C.kuzu_rel_val_get_id_val(&v, &id) != 0 || C.kuzu_rel_val_get_src_id_val(&v, &src) != 0 ||
		C.kuzu_rel_val_get_dst_id_val(&v, &dst) != 0 || C.kuzu_rel_val_get_label_val(&v, &label) != 0 {
		return rel, errBrokenValue
	}
	err := errors.Join(readInto(r, id, &rel.ID), readInto(r, src, &rel.Src),
		readInto(r, dst, &rel.Dst), readInto(r, label, &rel.Label))
	if err != nil {
		return rel, err
	}
	rel.Properties = make(mockserver.Struct, size)
	for i := range rel.Properties {
		property := &rel.Properties[i]
		var name *C.char
		var value C.kuzu_value
		if C.kuzu_rel_val_get_property_name_at(&v, C.uint64_t(i), &name) == 0 {
			property.Name = takeString(name)
		}
		if C.kuzu_rel_val_get_property_value_at(&v, C.uint64_t(i), &value) != 0 {
			return rel, errBrokenValue
		}
		if property.Value, _, err = r.value(value, C.KUZU_ANY); err != nil {
			return rel, err
		}
	}
	return rel, nil
}

func (r *reader) path(v C.kuzu_value) (mockserver.Path, error) {
	var path mockserver.Path
	var nodes, rels C.kuzu_value
	if C.kuzu_value_get_recursive_rel_node_list(&v, &nodes) != 0 ||
		C.kuzu_value_get_recursive_rel_rel_list(&v, &rels) != 0 {
		return path, errBrokenValue
	}
	return path, errors.Join(readAll(r, nodes, &path.Nodes), readAll(r, rels, &path.Rels))
}

// readInto reads a value that must be a T; NULL leaves the zero value.
func readInto[T any](r *reader, v C.kuzu_value, into *T) error {
	value, _, err := r.value(v, C.KUZU_ANY)
	if err != nil || value == nil {
		return err
	}
	t, ok := value.(T)
	if !ok {
		return fmt.Errorf("%w (%T)", errBrokenValue, value)
	}
	*into = t
	return nil
}

// readAll reads a list whose elements must be T.
func readAll[T any](r *reader, v C.kuzu_value, into *[]T) error {
	var list []any
	if err := readInto(r, v, &list); err != nil {
		return err
	}
	*into = make([]T, len(list))
	for i, value := range list {
		t, ok := value.(T)
		if !ok {
			return fmt.Errorf("%w (%T)", errBrokenValue, value)
		}
		(*into)[i] = t
	}
	return nil
}
