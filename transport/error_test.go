package transport_test

import (
	"errors"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/transport"
)

// TestErrorTexts reads errors aloud.
func TestErrorTexts(t *testing.T) {
	cause := errors.New("connection refused")
	for _, test := range []struct {
		name string
		err  transport.Error
		want string
	}{
		{"nothing is known", transport.Error{}, "kuzu: unknown"},
		{"a kind of another version", transport.Error{Kind: 200, Message: "x"}, "kuzu: unknown: x"},
		{"outside an operation", transport.Error{Kind: transport.KindConfiguration, Message: "API key: it holds a blank"},
			"kuzu: configuration error: API key: it holds a blank"},
		{"of a server", transport.Error{Kind: transport.KindUnavailable, Operation: "getHealth", Endpoint: "http://10.0.0.1:8001", Err: cause},
			"kuzu: getHealth at http://10.0.0.1:8001: unavailable: connection refused"},
		{"of a graph", transport.Error{Kind: transport.KindSyntax, Status: 400, Operation: "queryDatabase", Graph: "sec", Endpoint: "http://h:1", Message: "Parser exception: x"},
			`kuzu: queryDatabase on graph "sec" at http://h:1: syntax error (400): Parser exception: x`},
		{"with a wait", transport.Error{Kind: transport.KindUnavailable, Status: 503, Message: "busy", RetryAfter: 5 * time.Second},
			"kuzu: unavailable (503): busy; retry after 5s"},
		{"with a server's refusal", transport.Error{Kind: transport.KindUnauthorized, Status: 401, Message: "Invalid API key"},
			"kuzu: unauthorized (401): Invalid API key; check the API key"},
		{"of a lockout", transport.Error{Kind: transport.KindLockedOut, Status: 429, Message: "Too many failed authentication attempts"},
			"kuzu: locked out (429): Too many failed authentication attempts; correct the API key, then send nothing for 5 minutes"},
		{"with a cause only", transport.Error{Kind: transport.KindTimeout, Err: errors.New("context deadline exceeded")},
			"kuzu: timeout: context deadline exceeded; allow more time, or ask for less"},
		{"in own words, advice included", transport.Error{Kind: transport.KindTooLarge, Message: "the answer is larger than 10 bytes; stream it"},
			"kuzu: too large: the answer is larger than 10 bytes; stream it"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.err.Error(); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestErrorShowsItsCause(t *testing.T) {
	cause := errors.New("cause")
	if e := (&transport.Error{Err: cause}); !errors.Is(e, cause) {
		t.Error("the cause is hidden")
	}
	if e := (&transport.Error{}); errors.Unwrap(e) != nil {
		t.Error("there is a cause where none was")
	}
}
