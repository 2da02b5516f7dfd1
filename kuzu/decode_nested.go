package kuzu

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unsafe"

	"github.com/robosystems/kuzuclient/internal/chunk"
)

func pointerDecoder(t reflect.Type) decoder {
	elem := t.Elem()
	decode := decoderOf(elem)
	return func(s *source, i int, p unsafe.Pointer) (int, error) {
		v := variable(t, p)
		v.SetZero()
		if s.isNull(i) {
			return i + 4, nil
		}
		target := reflect.New(elem)
		end, err := decode(s, i, target.UnsafePointer())
		if err == nil {
			v.Set(target.Convert(t))
		}
		return end, err
	}
}

func sliceDecoder(t reflect.Type) decoder {
	decode := decoderOf(t.Elem())
	return func(s *source, i int, p unsafe.Pointer) (int, error) {
		v := variable(t, p)
		v.SetZero()
		switch {
		case s.isNull(i):
			return i + 4, nil
		case s.at(i) == '"' && t.Elem().Kind() == reflect.Uint8:
			return decodeBytes(s, i, v)
		case s.at(i) != '[':
			return i, s.unfit(i, t)
		}
		v.Set(reflect.MakeSlice(t, 0, 0))
		return s.elements(i, func(i int) (int, error) {
			n := v.Len()
			v.Grow(1)
			v.SetLen(n + 1)
			return decode(s, i, v.Index(n).Addr().UnsafePointer())
		})
	}
}

func arrayDecoder(t reflect.Type) decoder {
	decode := decoderOf(t.Elem())
	return func(s *source, i int, p unsafe.Pointer) (int, error) {
		v := variable(t, p)
		v.SetZero()
		switch {
		case s.at(i) == '"' && t.Elem().Kind() == reflect.Uint8 && t.Len() == 16:
			return decodeUUID(s, i, p)
		case s.at(i) != '[':
			return i, s.unfit(i, t)
		}
		n := 0
		end, err := s.elements(i, func(i int) (int, error) {
			if n++; n > t.Len() {
				return chunk.Skip(s.data, i)
			}
			return decode(s, i, v.Index(n-1).Addr().UnsafePointer())
		})
		if err == nil && n != t.Len() {
			return i, wrong(fmt.Errorf("a list of %d values does not fit into a Go %s", n, t))
		}
		return end, err
	}
}

// mapDecoder is for MAPs, STRUCTs and nodes, whose keys are texts on the wire.
func mapDecoder(t reflect.Type) decoder {
	decode, decodeKey := decoderOf(t.Elem()), keyDecoder(t.Key())
	return func(s *source, i int, p unsafe.Pointer) (int, error) {
		v := variable(t, p)
		v.SetZero()
		switch {
		case s.isNull(i):
			return i + 4, nil
		case s.at(i) != '{':
			return i, s.unfit(i, t)
		}
		v.Set(reflect.MakeMap(t))
		return s.members(i, func(name string, i int) (int, error) {
			key, value := reflect.New(t.Key()), reflect.New(t.Elem())
			if err := decodeKey(name, key); err != nil {
				return i, err
			}
			end, err := decode(s, i, value.UnsafePointer())
			if err == nil {
				v.SetMapIndex(key.Elem(), value.Elem())
			}
			return end, err
		})
	}
}

// keyDecoder reads the key of a map from its text: as it is, as the text that the
// type reads, or as the number or truth value that the text stands for.
func keyDecoder(t reflect.Type) func(name string, key reflect.Value) error {
	itself := decodesItself(t)
	if t.Kind() == reflect.String && !itself {
		return func(name string, key reflect.Value) error {
			key.Elem().SetString(name)
			return nil
		}
	}
	decode := decoderOf(t)
	return func(name string, key reflect.Value) error {
		text := []byte(name)
		if itself {
			text, _ = json.Marshal(name) // text always has a form
		}
		end, err := decode(&source{data: text}, 0, key.UnsafePointer())
		if err != nil || end != len(text) {
			return wrong(fmt.Errorf("its key does not fit into a Go %s", t))
		}
		return nil
	}
}

// member is a field of a struct that takes a property.
type member struct {
	name   string
	exact  bool // the name was given by a tag
	field  place
	decode decoder
}

// structDecoder is for nodes, STRUCTs and MAPs. Unlike the columns of a row,
// properties without a field are passed over, and fields without one stay zero.
func structDecoder(t reflect.Type) decoder {
	var members []member
	var fault error
	for _, field := range columnFields(t) {
		name, exact := propertyName(field)
		if name == "-" {
			continue
		}
		if err := settable(t, field); err != nil {
			fault = wrong(err)
			continue
		}
		members = append(members, member{name, exact, newPlace(t, field), decoderOf(field.Type)})
	}
	return func(s *source, i int, p unsafe.Pointer) (int, error) {
		if s.at(i) != '{' {
			return i, s.unfit(i, t)
		}
		if fault != nil {
			return i, fault
		}
		variable(t, p).SetZero()
		return s.members(i, func(name string, i int) (int, error) {
			at := slices.IndexFunc(members, func(m member) bool { return m.name == name })
			if at < 0 {
				at = slices.IndexFunc(members, func(m member) bool { return !m.exact && strings.EqualFold(m.name, name) })
			}
			if at < 0 {
				return chunk.Skip(s.data, i)
			}
			return members[at].decode(s, i, members[at].field.in(p))
		})
	}
}

// propertyName is the name of the property that a field stands for: its kuzu tag,
// or its json tag, or the field's name in any case.
func propertyName(field reflect.StructField) (name string, exact bool) {
	if name, ok := field.Tag.Lookup("kuzu"); ok {
		return name, true
	}
	name, _, _ = strings.Cut(field.Tag.Get("json"), ",")
	if name != "" {
		return name, true
	}
	return field.Name, false
}
