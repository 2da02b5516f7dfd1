package kuzu

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/robosystems/kuzuclient/gen"
)

// Params are the values of a statement's $names. Each name of the statement needs
// a value and each value a name. A value goes out by its Go type, at any depth
// within lists, maps and structs:
//
//   - integers as the smallest Kuzu type that holds them, floats as DOUBLE (2.0
//     stays a float), strings, bools and nil as they are;
//   - slices and arrays as a LIST, maps and structs as a STRUCT; a struct's fields
//     are named by the tags kuzu or json, or by their names, and omitempty,
//     omitzero and embedding work as in [encoding/json];
//   - a [time.Time] as text for timestamp($at), or CAST($at AS TIMESTAMP_TZ); the
//     engine keeps microseconds;
//   - bytes as text for BLOB($b), with \xHH for what is not printable;
//   - a UUID type, and any other that implements [json.Marshaler] or
//     [encoding.TextMarshaler], as that says: UUID($id), date($day), CAST($d AS
//     DECIMAL(18, 2)); one that implements [driver.Valuer], such as [sql.Null], as
//     the value in it.
//
// There is no parameter of type DATE, TIMESTAMP, UUID or BLOB, and no implicit
// cast: hence the text and the call around it.
//
// Plain queries take at most 50 parameters whose names are identifiers, numbers
// up to 1e15 in magnitude, strings of 10,000 characters and lists of 1000 elements
// and 50,000 characters; what is beyond is [ErrInvalidRequest] and names the
// parameter. Bind a larger integer as a string and cast it: CAST($id AS INT64).
// Streams have no such limits.
//
// Values appear in no error: where a server repeats one, the parameter's name
// stands instead. A value of fewer than 4 characters outside of quotes cannot be
// told from other words and stays.
type Params map[string]any

// encode writes each value once, so that what was checked is what is sent. An
// error names the parameter and never its value.
func (p Params) encode(plain bool) (gen.QueryParameters, error) {
	encoded := make(gen.QueryParameters, len(p))
	for _, name := range sortedNames(p) {
		raw, err := appendValue(nil, reflect.ValueOf(p[name]), 0)
		if err != nil {
			return nil, fmt.Errorf("parameter $%s of type %T cannot be sent: %w", name, p[name], err)
		}
		encoded[name] = json.RawMessage(raw)
	}
	if plain {
		if err := checkPlain(encoded); err != nil {
			return nil, err
		}
	}
	return encoded, nil
}

// sortedNames are the names of values in order, so that of several errors it is
// always the same that is reported.
func sortedNames[M ~map[string]any](values M) []string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
