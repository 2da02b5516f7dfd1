package cypher

import (
	"fmt"
	"slices"
	"strings"
)

// A ParameterError tells how the parameters of a statement and the bound ones
// differ. At least one list is not empty.
type ParameterError struct {
	// Unbound are used in the statement without a value, in the order of use.
	Unbound []string
	// Unused have a value that the statement does not use, sorted.
	Unused []string
}

// Error names the parameters and what to do about them.
func (e *ParameterError) Error() string {
	var parts []string
	if len(e.Unbound) > 0 {
		parts = append(parts, "used without a value: "+list(e.Unbound)+" (bind every one; Kuzu would take NULL)")
	}
	if len(e.Unused) > 0 {
		parts = append(parts, "bound but not used: "+list(e.Unused)+" (remove them; Kuzu refuses the query)")
	}
	return "cypher: parameters " + strings.Join(parts, "; ")
}

// CheckParameters compares the parameters of s with the keys of bound. Names are
// compared as they are: Kuzu minds the case. The error is a [*ParameterError].
func CheckParameters[V any](s Statement, bound map[string]V) error {
	var e ParameterError
	for _, name := range s.Parameters {
		if _, ok := bound[name]; !ok {
			e.Unbound = append(e.Unbound, name)
		}
	}
	if used := len(s.Parameters) - len(e.Unbound); used < len(bound) {
		e.Unused = unused(s.Parameters, bound)
	}
	if e.Unbound == nil && e.Unused == nil {
		return nil
	}
	return &e
}

func unused[V any](used []string, bound map[string]V) []string {
	rest := make(map[string]struct{}, len(bound))
	for name := range bound {
		rest[name] = struct{}{}
	}
	for _, name := range used {
		delete(rest, name)
	}
	names := make([]string, 0, len(rest))
	for name := range rest {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// list quotes names for a message. Names come from callers, so both their number
// and their length are bounded.
func list(names []string) string {
	const most, longest = 8, 64
	var b strings.Builder
	for i, name := range names {
		if i == most {
			fmt.Fprintf(&b, " and %d more", len(names)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		if len(name) > longest {
			name = name[:longest] + "..."
		}
		fmt.Fprintf(&b, "%q", name)
	}
	return b.String()
}

// A nameSet keeps names once each, in the order they came.
type nameSet struct {
	names []string
	seen  map[string]struct{} // made only when names are too many to search
}

func (s *nameSet) add(name string) {
	const few = 8
	if s.seen == nil {
		if slices.Contains(s.names, name) {
			return
		}
		if len(s.names) < few {
			s.names = append(s.names, name)
			return
		}
		s.seen = make(map[string]struct{}, 2*few)
		for _, n := range s.names {
			s.seen[n] = struct{}{}
		}
	}
	if _, ok := s.seen[name]; !ok {
		s.seen[name] = struct{}{}
		s.names = append(s.names, name)
	}
}
