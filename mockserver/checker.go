package mockserver

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/robosystems/kuzuclient/gen/server"
)

// checker holds a JSON value against a schema and collects what is wrong.
type checker struct {
	issues  []server.ValidationIssue
	changed bool // the value that comes back is not the one that was given
	unread  bool // the body is too long, or breaks off
}

func (c *checker) add(kind string, at []any, msg string, input any, ctx map[string]any) {
	raw, _ := json.Marshal(shown(input)) // it came from JSON, or is text
	issue := server.ValidationIssue{Type: kind, Loc: slices.Clone(at), Msg: msg, Input: (*json.RawMessage)(&raw)}
	if ctx != nil {
		issue.Ctx = &ctx
	}
	c.issues = append(c.issues, issue)
}

// value checks v, decoded with numbers as [json.Number], and returns it with
// the coercions of the deployed server applied and without the fields that the
// schema does not know: [json.Unmarshal], which does not tell GRAPH_ID from
// graph_id, must not see them.
func (c *checker) value(s *openapi3.Schema, v any, at []any) any {
	if v == nil && s.Nullable {
		return nil
	}
	switch {
	case s.Type.Is(openapi3.TypeObject):
		return c.object(s, v, at)
	case s.Type.Is(openapi3.TypeArray):
		return c.array(s, v, at)
	case s.Type.Is(openapi3.TypeString):
		c.text(s, v, at)
	case s.Type.Is(openapi3.TypeBoolean):
		return c.boolean(v, at)
	case s.Type.Is(openapi3.TypeInteger):
		n, ok := v.(json.Number)
		if i, err := n.Int64(); ok && err == nil {
			c.bounds(s, float64(i), at, v)
		} else {
			c.add("int_type", at, "Input should be a valid integer", v, nil)
		}
	case s.Type.Is(openapi3.TypeNumber):
		n, ok := v.(json.Number)
		if f, err := n.Float64(); ok && err == nil {
			c.bounds(s, f, at, v)
		} else {
			c.add("float_type", at, "Input should be a valid number", v, nil)
		}
	}
	return v
}

func (c *checker) object(s *openapi3.Schema, v any, at []any) any {
	fields, ok := v.(map[string]any)
	if !ok {
		if len(at) == 1 {
			c.add("model_attributes_type", at, "Input should be a valid dictionary or object to extract fields from", v, nil)
		} else {
			c.add("dict_type", at, "Input should be a valid dictionary", v, nil)
		}
		return v
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		field, present := fields[name]
		switch {
		case present:
			fields[name] = c.value(s.Properties[name].Value, field, append(at, name))
		case slices.Contains(s.Required, name):
			c.add("missing", append(at, name), "Field required", v, nil)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		open := s.AdditionalProperties.Has
		switch {
		case s.Properties[name] != nil:
		case s.AdditionalProperties.Schema != nil:
			fields[name] = c.value(s.AdditionalProperties.Schema.Value, fields[name], append(at, name))
		case open == nil: // the document is silent on unknown fields
			delete(fields, name)
			c.changed = true
		case !*open:
			c.add("extra_forbidden", append(at, name), "Extra inputs are not permitted", fields[name], nil)
		}
	}
	return v
}

func (c *checker) array(s *openapi3.Schema, v any, at []any) any {
	items, ok := v.([]any)
	switch {
	case !ok:
		c.add("list_type", at, "Input should be a valid list", v, nil)
		return v
	case uint64(len(items)) < s.MinItems:
		c.add("too_short", at, fmt.Sprintf("List should have at least %d item after validation, not %d", s.MinItems, len(items)),
			v, map[string]any{"min_length": s.MinItems, "actual_length": len(items)})
	case s.MaxItems != nil && uint64(len(items)) > *s.MaxItems:
		c.add("too_long", at, fmt.Sprintf("List should have at most %d items after validation, not %d", *s.MaxItems, len(items)),
			v, map[string]any{"max_length": *s.MaxItems, "actual_length": len(items)})
	}
	for i, item := range items {
		items[i] = c.value(s.Items.Value, item, append(at, i))
	}
	return v
}

func (c *checker) text(s *openapi3.Schema, v any, at []any) {
	text, ok := v.(string)
	if !ok {
		c.add("string_type", at, "Input should be a valid string", v, nil)
		return
	}
	length := uint64(utf8.RuneCountInString(text))
	switch {
	case len(s.Enum) > 0:
		if !slices.Contains(s.Enum, any(text)) {
			choices := make([]string, len(s.Enum))
			for i, choice := range s.Enum {
				choices[i] = fmt.Sprintf("'%v'", choice)
			}
			allowed := strings.Join(choices[:len(choices)-1], ", ") + " or " + choices[len(choices)-1]
			if len(choices) == 1 {
				allowed = choices[0]
			}
			c.add("literal_error", at, "Input should be "+allowed, v, map[string]any{"expected": allowed})
		}
	case s.MaxLength != nil && length > *s.MaxLength:
		c.add("string_too_long", at, fmt.Sprintf("String should have at most %d characters", *s.MaxLength), v, map[string]any{"max_length": *s.MaxLength})
	case length < s.MinLength:
		c.add("string_too_short", at, fmt.Sprintf("String should have at least %d character", s.MinLength), v, map[string]any{"min_length": s.MinLength})
	case s.Pattern != "" && !compiled(s.Pattern).MatchString(text):
		c.add("string_pattern_mismatch", at, fmt.Sprintf("String should match pattern '%s'", s.Pattern), v, map[string]any{"pattern": s.Pattern})
	}
}

// boolean takes the spellings of booleans for booleans, as the deployed server does.
func (c *checker) boolean(v any, at []any) any {
	switch value := v.(type) {
	case bool:
		return value
	case string, json.Number:
		if b, ok := boolean(fmt.Sprint(value)); ok {
			c.changed = true
			return b
		}
		c.add("bool_parsing", at, "Input should be a valid boolean, unable to interpret input", v, nil)
	default:
		c.add("bool_type", at, "Input should be a valid boolean", v, nil)
	}
	return v
}

func (c *checker) bounds(s *openapi3.Schema, n float64, at []any, input any) {
	if s.Min != nil && n < *s.Min {
		c.add("greater_than_equal", at, fmt.Sprintf("Input should be greater than or equal to %v", *s.Min), input, map[string]any{"ge": *s.Min})
	}
	if s.Max != nil && n > *s.Max {
		c.add("less_than_equal", at, fmt.Sprintf("Input should be less than or equal to %v", *s.Max), input, map[string]any{"le": *s.Max})
	}
}

// patterns are those of the document, few and fixed.
var patterns sync.Map // string -> *regexp.Regexp

func compiled(pattern string) *regexp.Regexp {
	if re, ok := patterns.Load(pattern); ok {
		return re.(*regexp.Regexp)
	}
	re, _ := patterns.LoadOrStore(pattern, regexp.MustCompile(pattern))
	return re.(*regexp.Regexp)
}
