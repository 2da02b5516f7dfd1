package mockserver

import (
	"fmt"
	"time"
)

// Duration is a [time.Duration] that JSON holds as text, as
// [time.ParseDuration] reads it: "250ms", "1.5s".
type Duration time.Duration

// String writes it as JSON does.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText implements [encoding.TextMarshaler].
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a duration such as 250ms or 1.5s", text)
	}
	*d = Duration(parsed)
	return nil
}
