package mockserver

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"unicode/utf8"
)

// Limits of the parameters of a plain query.
const (
	maxParameters      = 50
	maxParameterString = 10_000
	maxParameterArray  = 1000
	maxParameterText   = 50_000
	maxParameterFields = 100
	maxParameterNumber = 1e15
)

var parameterNames = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$`)

// parameterFault says which limit the parameters of a plain query break, or "".
func parameterFault(parameters map[string]any) string {
	fields := make(Struct, 0, len(parameters))
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		fields = append(fields, Field{name, parameters[name]})
	}
	return fieldsFault("", fields)
}

func fieldsFault(prefix string, fields Struct) string {
	if len(fields) > maxParameters {
		return fmt.Sprintf("Too many parameters (max %d)", maxParameters)
	}
	for _, field := range fields {
		name := prefix + field.Name
		if !parameterNames.MatchString(name) {
			return "Invalid parameter name: " + name
		}
		if fault := valueFault(name, field.Value); fault != "" {
			return fault
		}
	}
	return ""
}

func valueFault(name string, value any) string {
	switch v := value.(type) {
	case string:
		if utf8.RuneCountInString(v) > maxParameterString {
			return fmt.Sprintf("Parameter '%s' value too long (max %d characters)", name, maxParameterString)
		}
	case []any:
		if len(v) > maxParameterArray {
			return fmt.Sprintf("Parameter '%s' array too large (max %d elements)", name, maxParameterArray)
		}
		total := 0
		for _, item := range v {
			total += len(fmt.Sprint(item))
		}
		if total > maxParameterText {
			return fmt.Sprintf("Parameter '%s' array total size too large", name)
		}
	case Struct:
		if len(v) > maxParameterFields {
			return fmt.Sprintf("Parameter '%s' object too large (max %d keys)", name, maxParameterFields)
		}
		return fieldsFault(name+".", v)
	case int64:
		return numberFault(name, float64(v))
	case uint64:
		return numberFault(name, float64(v))
	case float64:
		return numberFault(name, v)
	}
	return ""
}

func numberFault(name string, n float64) string {
	if math.Abs(n) > maxParameterNumber {
		return fmt.Sprintf("Parameter '%s' numeric value out of bounds", name)
	}
	return ""
}
