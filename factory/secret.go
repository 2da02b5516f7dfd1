package factory

import (
	"log/slog"
	"net/url"
)

// Secret is a value that is never shown: it formats, logs and marshals as
// "[redacted]", or as "" if it is empty. string(s) is the value itself.
type Secret string

const redacted = "[redacted]"

// String returns "[redacted]", or "" if there is no secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString keeps %#v from showing it.
func (s Secret) GoString() string { return `factory.Secret("` + s.String() + `")` }

// LogValue keeps log/slog from showing it.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText keeps encoders from showing it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// redactURL hides the password of a URL, and all of what does not parse as one.
func redactURL(raw string) string {
	u, err := url.Parse(raw)
	switch {
	case raw == "":
		return ""
	case err != nil:
		return redacted
	case u.RawQuery != "":
		u.RawQuery = redacted // options may hold a password as well
	}
	return u.Redacted()
}
