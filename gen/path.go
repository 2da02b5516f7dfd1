package gen

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// ErrPathParameter is what building a request fails with, before anything is
// sent, when a path parameter is not one segment of a path: empty, "." or "..",
// or with a slash or backslash in it. Escaped or not, a server could take such
// an id for another operation.
var ErrPathParameter = errors.New("path parameter is not a path segment")

// checkPathParameter checks a parameter in the escaped form in which it is
// about to be put into the path.
func checkPathParameter(name, escaped string) error {
	value, err := url.PathUnescape(escaped)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrPathParameter, name, err)
	}
	if value == "" || value == "." || value == ".." || strings.ContainsAny(value, `/\`) {
		return fmt.Errorf("%w: %s is %q", ErrPathParameter, name, value)
	}
	return nil
}
