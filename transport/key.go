package transport

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
)

// StaticKey is a key that never changes; "" sends none.
type StaticKey string

// Key returns the key.
func (k StaticKey) Key(context.Context) (string, error) { return string(k), checkKey(string(k)) }

// Refresh returns the same key.
func (k StaticKey) Refresh(ctx context.Context, _ string) (string, error) { return k.Key(ctx) }

// String hides the key, and so does printing with %#v.
func (k StaticKey) String() string { return redactedKey(string(k)) }

// GoString hides the key.
func (k StaticKey) GoString() string { return "transport.StaticKey(" + k.String() + ")" }

// LogValue hides the key from log/slog.
func (k StaticKey) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText hides the key from encoders.
func (k StaticKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// EnvironmentKey is the key in the environment variable of this name, as of each
// call; none if the variable is not set.
type EnvironmentKey string

// Key reads the variable.
func (k EnvironmentKey) Key(context.Context) (string, error) {
	key := os.Getenv(string(k))
	if err := checkKey(key); err != nil {
		return "", fmt.Errorf("%s: %w", string(k), err)
	}
	return key, nil
}

// Refresh reads the variable again.
func (k EnvironmentKey) Refresh(ctx context.Context, _ string) (string, error) { return k.Key(ctx) }

func redactedKey(key string) string {
	if key == "" {
		return ""
	}
	return "[redacted]"
}

// checkKey tells what is wrong with a key; a server would answer some mistakes
// with a failure that hides the cause.
func checkKey(key string) error {
	if i := strings.IndexFunc(key, func(r rune) bool { return r <= ' ' || r >= 0x7f }); i >= 0 {
		return fmt.Errorf("the API key has a blank, a control character or one outside ASCII at position %d of %d; it may hold letters, digits, - and _", i+1, len(key))
	}
	return nil
}
