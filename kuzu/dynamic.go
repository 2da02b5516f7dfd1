package kuzu

import (
	"bytes"
	"math/big"
	"reflect"
	"unsafe"

	"github.com/robosystems/kuzuclient/internal/chunk"
)

func decodeAny(s *source, i int, p unsafe.Pointer) (int, error) {
	value, end, err := s.dynamic(i)
	if err == nil {
		*(*any)(p) = value
	}
	return end, err
}

// dynamic returns the value at i as an any holds it, and the position after it.
func (s *source) dynamic(i int) (value any, end int, err error) {
	switch c := s.at(i); c {
	case '"':
		end, plain, err := chunk.Text(s.data, i)
		if err != nil {
			return nil, end, err
		}
		return s.unquote(i, end, plain), end, nil
	case 't':
		end, err = chunk.Word(s.data, i, "true")
		return true, end, err
	case 'f':
		end, err = chunk.Word(s.data, i, "false")
		return false, end, err
	case 'n':
		end, err = chunk.Word(s.data, i, "null")
		return nil, end, err
	case '[':
		return s.list(i)
	case '{':
		return s.object(i)
	default:
		return s.number(i)
	}
}

// number returns the first of int64, uint64 and *big.Int that holds an integer,
// and a float64 for anything else.
func (s *source) number(i int) (value any, end int, err error) {
	if n, end, ok := chunk.Int(s.data, i); ok {
		return n, end, nil
	}
	end, err = chunk.Number(s.data, i)
	if err != nil {
		return nil, end, err
	}
	text := s.data[i:end]
	if !bytes.ContainsAny(text, ".eENI") {
		n, _ := new(big.Int).SetString(string(text), 10) // the digits have been checked
		if n.IsUint64() {
			return n.Uint64(), end, nil
		}
		return n, end, nil
	}
	f, _, ok := chunk.Float(s.data, i)
	if !ok {
		return nil, i, s.unfit(i, reflect.TypeFor[float64]())
	}
	return f, end, nil
}

func (s *source) list(i int) (value any, end int, err error) {
	list := []any{}
	end, err = s.elements(i, func(i int) (int, error) {
		item, end, err := s.dynamic(i)
		list = append(list, item)
		return end, err
	})
	return list, end, err
}

func (s *source) object(i int) (value any, end int, err error) {
	object := map[string]any{}
	end, err = s.members(i, func(name string, i int) (int, error) {
		item, end, err := s.dynamic(i)
		object[name] = item
		return end, err
	})
	return object, end, err
}

// elements goes through the list that begins at i: each is told where an element
// begins and returns where it ends.
func (s *source) elements(i int, each func(i int) (int, error)) (end int, err error) {
	if err := s.enter(i); err != nil {
		return i, err
	}
	defer func() { s.depth-- }()
	if i = chunk.Space(s.data, i+1); s.at(i) == ']' {
		return i + 1, nil
	}
	for n := 0; ; n++ {
		if i, err = each(i); err != nil {
			return i, withinList(n, err)
		}
		i = chunk.Space(s.data, i)
		switch s.at(i) {
		case ',':
			i = chunk.Space(s.data, i+1)
		case ']':
			return i + 1, nil
		default:
			return i, &chunk.SyntaxError{Offset: i, Want: "a comma or the end of a list"}
		}
	}
}

// members does the same with an object.
func (s *source) members(i int, each func(name string, i int) (int, error)) (end int, err error) {
	if err := s.enter(i); err != nil {
		return i, err
	}
	defer func() { s.depth-- }()
	if i = chunk.Space(s.data, i+1); s.at(i) == '}' {
		return i + 1, nil
	}
	for {
		keyEnd, value, err := chunk.Key(s.data, i)
		if err != nil {
			return i, err
		}
		name := string(chunk.AppendText(nil, s.data[i+1:keyEnd-1]))
		if i, err = each(name, value); err != nil {
			return i, within(name, err)
		}
		i = chunk.Space(s.data, i)
		switch s.at(i) {
		case ',':
			i = chunk.Space(s.data, i+1)
		case '}':
			return i + 1, nil
		default:
			return i, &chunk.SyntaxError{Offset: i, Want: "a comma or the end of an object"}
		}
	}
}
