package mockserver

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

const maxGraphID = 64

var graphIDPattern = regexp.MustCompile(`^[a-zA-Z0-9_-]+$`)

// graphIDFault says what is wrong with a graph id, or "".
func graphIDFault(id string) string {
	switch {
	case strings.Contains(id, "..") || strings.ContainsAny(id, `/\`):
		return "Graph ID contains invalid characters"
	case !graphIDPattern.MatchString(id):
		return "Graph ID must be alphanumeric with underscores/dashes only"
	case utf8.RuneCountInString(id) > maxGraphID:
		return "Graph ID too long (max 64 characters)"
	}
	return ""
}
