package mockserver

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// shape is a schema of the API document, compiled for [scanner]: what it allows
// is looked up while the bytes of a value are read, and nothing is decoded.
type shape struct {
	kinds kinds

	fields   map[string]field
	required uint64 // the bits of the fields that have to be there
	extra    *shape // of fields without a name here; nil if there must not be any
	items    *shape
	minItems uint64
	maxItems uint64

	enum      []string
	pattern   *regexp.Regexp
	minLength uint64
	maxLength uint64
	format    string
	min, max  float64

	oneOf, anyOf []*shape
	discriminant string            // the field of an object that tells which of oneOf it is
	mapping      map[string]*shape // by the value of that field
}

type field struct {
	shape *shape
	bit   uint64
}

// kinds is a set of JSON types.
type kinds uint8

const (
	kindNull kinds = 1 << iota
	kindBoolean
	kindInteger
	kindFraction // a number that is not an integer
	kindString
	kindArray
	kindObject

	kindAny = 1<<iota - 1
)

// anything is the shape of a free value.
var anything = &shape{kinds: kindAny, maxItems: math.MaxUint64, maxLength: math.MaxUint64, min: math.Inf(-1), max: math.Inf(1)}

func init() { anything.extra, anything.items = anything, anything }

// shapes compiles schemas, each once.
type shapes map[*openapi3.Schema]*shape

// compile fails on what [scanner] does not check, so that nothing of the
// document goes unchecked in silence.
func (all shapes) compile(s *openapi3.Schema) (*shape, error) {
	if done := all[s]; done != nil {
		return done, nil
	}
	if s.Not != nil || len(s.AllOf) > 0 || s.UniqueItems || s.MultipleOf != nil || s.MinProps > 0 || s.MaxProps != nil ||
		s.ExclusiveMin.IsSet() || s.ExclusiveMax.IsSet() || len(s.Properties)+len(s.Required) > 64 || len(s.OneOf) > 0 && len(s.AnyOf) > 0 {
		return nil, errors.New("a schema uses not, allOf, uniqueItems, multipleOf, minProperties, maxProperties, exclusive bounds, oneOf beside anyOf or too many properties, which the self-check does not know")
	}
	free := *anything
	sh := &free
	all[s] = sh
	if s.Type != nil {
		sh.kinds = 0
		for _, name := range s.Type.Slice() {
			sh.kinds |= kindNames[name]
		}
		if s.Nullable {
			sh.kinds |= kindNull
		}
	}
	for _, value := range s.Enum {
		sh.enum = append(sh.enum, fmt.Sprint(value))
	}
	sh.minItems, sh.minLength, sh.format = s.MinItems, s.MinLength, s.Format
	sh.maxItems, sh.maxLength = or(s.MaxItems, sh.maxItems), or(s.MaxLength, sh.maxLength)
	sh.min, sh.max = or(s.Min, sh.min), or(s.Max, sh.max)
	if s.Pattern != "" {
		sh.pattern = compiled(s.Pattern)
	}
	return sh, errors.Join(all.fields(sh, s), all.alternatives(sh, s))
}

var kindNames = map[string]kinds{
	"boolean": kindBoolean, "integer": kindInteger, "number": kindInteger | kindFraction,
	"string": kindString, "array": kindArray, "object": kindObject,
}

func or[T any](given *T, otherwise T) T {
	if given == nil {
		return otherwise
	}
	return *given
}

func (all shapes) fields(sh *shape, s *openapi3.Schema) (err error) {
	if s.Items != nil {
		if sh.items, err = all.compile(s.Items.Value); err != nil {
			return err
		}
	}
	switch extra := s.AdditionalProperties; {
	case extra.Schema != nil:
		if sh.extra, err = all.compile(extra.Schema.Value); err != nil {
			return err
		}
	case extra.Has != nil && !*extra.Has:
		sh.extra = nil
	}
	sh.fields = make(map[string]field, len(s.Properties))
	add := func(name string, inner *shape) {
		bit := uint64(1) << len(sh.fields)
		sh.fields[name] = field{inner, bit}
		if slices.Contains(s.Required, name) {
			sh.required |= bit
		}
	}
	for name, ref := range s.Properties {
		inner, err := all.compile(ref.Value)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		add(name, inner)
	}
	for _, name := range s.Required {
		if _, named := sh.fields[name]; !named {
			add(name, cmp.Or(sh.extra, anything))
		}
	}
	return nil
}

func (all shapes) alternatives(sh *shape, s *openapi3.Schema) (err error) {
	list := func(refs openapi3.SchemaRefs) (list []*shape) {
		for _, ref := range refs {
			compiled, fault := all.compile(ref.Value)
			err = errors.Join(err, fault)
			list = append(list, compiled)
		}
		return list
	}
	sh.oneOf, sh.anyOf = list(s.OneOf), list(s.AnyOf)
	if s.Discriminator == nil {
		return err
	}
	sh.discriminant, sh.mapping = s.Discriminator.PropertyName, make(map[string]*shape)
	for value, ref := range s.Discriminator.Mapping {
		for i, alternative := range s.OneOf {
			if alternative.Ref == ref.Ref {
				sh.mapping[value] = sh.oneOf[i]
			}
		}
	}
	return err
}
