package kuzu

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"

	"github.com/robosystems/kuzuclient/internal/chunk"
)

// misfit is a value that does not fit into a variable.
type misfit struct {
	path string // within the value of a column, "" for all of it
	err  error
}

func (m *misfit) Error() string {
	if m.path == "" {
		return m.err.Error()
	}
	return m.path + ": " + m.err.Error()
}

// within adds where in a larger value a misfit is. Other errors, which are of the
// JSON and not of its values, pass as they are.
func within(step string, err error) error {
	m, ok := errors.AsType[*misfit](err)
	if !ok {
		return err
	}
	switch {
	case m.path == "":
		m.path = step
	case m.path[0] == '[':
		m.path = step + m.path
	default:
		m.path = step + "." + m.path
	}
	return m
}

func withinList(i int, err error) error { return within("["+strconv.Itoa(i)+"]", err) }

// null is the misfit of a null and a variable that cannot show it.
func null() error {
	return &misfit{err: errors.New("it is null; scan it into a pointer, a sql.Null, a slice, a map or an any")}
}

// unfit says that what stands at i does not fit into a type, or that nothing
// stands there that is JSON.
func (s *source) unfit(i int, t reflect.Type) error {
	end, err := chunk.Skip(s.data, i)
	if err != nil {
		return err
	}
	what := "number"
	switch s.data[i] {
	case 'n':
		return null()
	case '"':
		what = "string"
	case '{':
		what = "object"
	case '[':
		what = "array"
	case 't', 'f':
		what = "bool"
	default:
		switch t.Kind() {
		case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16,
			reflect.Uint32, reflect.Uint64, reflect.Uintptr, reflect.Float32, reflect.Float64, reflect.Interface:
			what = fmt.Sprintf("number %.40s", s.data[i:end])
		}
	}
	return &misfit{err: fmt.Errorf("JSON %s does not fit into a Go %s", what, t)}
}

// wrong is the misfit of a value that a type refuses for a reason of its own.
func wrong(err error) error { return &misfit{err: err} }
