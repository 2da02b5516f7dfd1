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

// redactURL hides what may be a secret in a URL: the password, a user without
// one, query and fragment, and all of what is not scheme://host.
func redactURL(raw string) string {
	if raw == "" {
		return ""
	}
	u, err := url.Parse(raw)
	if err != nil || u.Opaque != "" {
		return redacted
	}
	if _, whole := u.User.Password(); u.User != nil && !whole {
		u.User = url.User("xxxxx") // as Redacted does with passwords
	}
	if u.RawQuery != "" {
		u.RawQuery = redacted // options may hold a password as well
	}
	if u.Fragment != "" {
		u.Fragment, u.RawFragment = redacted, redacted
	}
	return u.Redacted()
}
