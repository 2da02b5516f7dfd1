package kuzu

import (
	"encoding"
	"encoding/json"
	"math/big"
	"reflect"
	"strings"
	"sync"
	"time"
	"unsafe"

	"github.com/robosystems/kuzuclient/internal/chunk"
)

// decoder reads the value that begins at s.data[i] into the variable at p, which
// is of the type that the decoder was made for, and returns the position after
// the value. Nothing is left of what the variable held before. Its error is a
// [*misfit] if the value does not fit, and otherwise says what is wrong with the
// JSON.
//
// Going through pointers rather than [reflect.Value]s is what makes rows fast.
// A decoder writes only to the variable, of the type it was made for.
type decoder func(s *source, i int, p unsafe.Pointer) (end int, err error)

var decoders sync.Map // of reflect.Type to decoder

// decoderOf returns the decoder of a type, which is made once.
func decoderOf(t reflect.Type) decoder {
	if d, ok := decoders.Load(t); ok {
		return d.(decoder)
	}
	// A type may contain itself: until its decoder is made, there is one that
	// waits for it.
	var made decoder
	var ready sync.WaitGroup
	ready.Add(1)
	d, raced := decoders.LoadOrStore(t, decoder(func(s *source, i int, p unsafe.Pointer) (int, error) {
		ready.Wait()
		return made(s, i, p)
	}))
	if raced {
		return d.(decoder)
	}
	made = newDecoder(t)
	ready.Done()
	decoders.Store(t, made)
	return made
}

// known are the types that are read in a way of their own.
var known = map[reflect.Type]decoder{
	reflect.TypeFor[any]():             decodeAny,
	reflect.TypeFor[json.RawMessage](): decodeRaw,
	reflect.TypeFor[json.Number]():     decodeNumber,
	reflect.TypeFor[time.Time]():       decodeTime,
	reflect.TypeFor[time.Duration]():   decodeDuration,
	reflect.TypeFor[big.Int]():         decodeBigInt,
}

func newDecoder(t reflect.Type) decoder {
	if d := known[t]; d != nil {
		return d
	}
	pointer := reflect.PointerTo(t)
	switch {
	case isGraphValue(t):
		return graphDecoder(t)
	case isNullable(t):
		return nullableDecoder(t)
	case pointer.Implements(reflect.TypeFor[json.Unmarshaler]()):
		return selfDecoder(t)
	case pointer.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return textDecoder(t)
	case pointer.Implements(reflect.TypeFor[scanner]()):
		return scannerDecoder(t)
	}
	switch t.Kind() {
	case reflect.Bool:
		return decodeBool
	case reflect.String:
		return decodeString
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return intDecoder(t)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return uintDecoder(t)
	case reflect.Float32, reflect.Float64:
		return floatDecoder(t)
	case reflect.Pointer:
		return pointerDecoder(t)
	case reflect.Slice:
		return sliceDecoder(t)
	case reflect.Array:
		return arrayDecoder(t)
	case reflect.Map:
		return mapDecoder(t)
	case reflect.Struct:
		return structDecoder(t)
	}
	return func(s *source, i int, _ unsafe.Pointer) (int, error) { return i, s.unfit(i, t) }
}

// variable is the variable at p as reflection sees it.
func variable(t reflect.Type, p unsafe.Pointer) reflect.Value { return reflect.NewAt(t, p).Elem() }

// scanner is what [database/sql.Scanner] asks for.
type scanner interface{ Scan(value any) error }

// isNullable reports whether a type is a [database/sql.Null].
func isNullable(t reflect.Type) bool {
	return t.PkgPath() == "database/sql" && strings.HasPrefix(t.Name(), "Null[")
}

// decodesItself reports whether a type takes a value as a whole, although it is a
// struct.
func decodesItself(t reflect.Type) bool {
	pointer := reflect.PointerTo(t)
	return known[t] != nil || isGraphValue(t) || isNullable(t) || pointer.Implements(reflect.TypeFor[json.Unmarshaler]()) ||
		pointer.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) || pointer.Implements(reflect.TypeFor[scanner]())
}

// maxNesting is how deep [encoding/json] lets values nest.
const maxNesting = 10_000

// enter counts a level of nesting.
func (s *source) enter(i int) error {
	if s.depth++; s.depth > maxNesting {
		return &chunk.SyntaxError{Offset: i, Want: "an end to its nesting"}
	}
	return nil
}
