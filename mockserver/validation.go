package mockserver

import (
	"encoding"
	"fmt"
	"strings"
)

// Validation says what a server holds against the API document.
type Validation uint8

const (
	// ValidateAll checks requests, and the server's own answers. It is the
	// default.
	ValidateAll Validation = iota
	// ValidateRequests refuses requests that break the rules of the document,
	// with 422 and every fault.
	ValidateRequests
	// ValidateAnswers checks what the server itself answers; see
	// [Config.Reporter]. Requests reach the operations as they are: what is
	// missing or cannot be read counts as not sent.
	ValidateAnswers
	// ValidateNothing checks neither.
	ValidateNothing

	endOfValidations
)

var validationNames = [...]string{"all", "requests", "answers", "nothing"}

var (
	_ encoding.TextMarshaler   = Validation(0)
	_ encoding.TextUnmarshaler = (*Validation)(nil)
)

// String returns the name: all, requests, answers or nothing.
func (v Validation) String() string {
	if v >= endOfValidations {
		return fmt.Sprintf("Validation(%d)", uint8(v))
	}
	return validationNames[v]
}

// MarshalText returns the name, for flags and JSON.
func (v Validation) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads a name; the error lists those that there are.
func (v *Validation) UnmarshalText(text []byte) error {
	for i, name := range validationNames {
		if string(text) == name {
			*v = Validation(i)
			return nil
		}
	}
	return fmt.Errorf("%q is no validation; there are %s", text, strings.Join(validationNames[:], ", "))
}

func (v Validation) requests() bool { return v == ValidateAll || v == ValidateRequests }
func (v Validation) answers() bool  { return v == ValidateAll || v == ValidateAnswers }
