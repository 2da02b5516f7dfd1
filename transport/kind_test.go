package transport_test

import (
	"errors"
	"fmt"
	"regexp"
	"testing"

	"github.com/robosystems/kuzuclient/transport"
)

// sentinels pairs every kind with its sentinel. A kind that is added without an
// entry here fails TestEveryKindIsListed.
var sentinels = map[transport.Kind]error{
	transport.KindSyntax:         transport.ErrSyntax,
	transport.KindExecution:      transport.ErrExecution,
	transport.KindInvalidRequest: transport.ErrInvalidRequest,
	transport.KindUnauthorized:   transport.ErrUnauthorized,
	transport.KindForbidden:      transport.ErrForbidden,
	transport.KindNotFound:       transport.ErrNotFound,
	transport.KindConflict:       transport.ErrConflict,
	transport.KindTooLarge:       transport.ErrTooLarge,
	transport.KindThrottled:      transport.ErrThrottled,
	transport.KindLockedOut:      transport.ErrLockedOut,
	transport.KindUnavailable:    transport.ErrUnavailable,
	transport.KindCircuitOpen:    transport.ErrCircuitOpen,
	transport.KindTimeout:        transport.ErrTimeout,
	transport.KindCapacity:       transport.ErrCapacity,
	transport.KindUnsupported:    transport.ErrUnsupported,
	transport.KindTruncated:      transport.ErrTruncated,
	transport.KindProtocol:       transport.ErrProtocol,
	transport.KindServer:         transport.ErrServer,
	transport.KindCanceled:       transport.ErrCanceled,
	transport.KindRouting:        transport.ErrRouting,
	transport.KindConfiguration:  transport.ErrConfiguration,
}

func TestEveryKindIsListed(t *testing.T) {
	words := regexp.MustCompile(`^[a-z]+( [a-z]+)*$`)
	names := map[string]transport.Kind{"unknown": 0}
	kind := transport.Kind(1)
	for ; kind.String() != "unknown"; kind++ {
		if !words.MatchString(kind.String()) {
			t.Errorf("kind %d is named %q; want lower-case words", kind, kind)
		}
		if other, taken := names[kind.String()]; taken {
			t.Errorf("kinds %d and %d are both named %q", kind, other, kind)
		}
		names[kind.String()] = kind
		if sentinels[kind] == nil {
			t.Errorf("%s has no sentinel", kind)
		}
	}
	if last := transport.KindConfiguration; kind != last+1 {
		t.Errorf("names end before kind %d, the last is %d", kind, last)
	}
	if len(sentinels) != int(kind)-1 {
		t.Errorf("%d sentinels for %d kinds", len(sentinels), kind-1)
	}
	if name := transport.Kind(0).String(); name != "unknown" {
		t.Errorf("kind 0 is named %q", name)
	}
}

// TestSentinelsMatchTheirKindOnly goes through every pair of kind and sentinel.
func TestSentinelsMatchTheirKindOnly(t *testing.T) {
	for kind := range sentinels {
		failure := &transport.Error{Kind: kind}
		wrapped := fmt.Errorf("loading: %w", errors.Join(errors.New("another"), fmt.Errorf("deeper: %w", failure)))
		for other, sentinel := range sentinels {
			want := kind == other || kind == transport.KindCircuitOpen && other == transport.KindUnavailable
			if got := errors.Is(failure, sentinel); got != want {
				t.Errorf("errors.Is(%s, %v) = %v", kind, sentinel, got)
			}
			if got := errors.Is(wrapped, sentinel); got != want {
				t.Errorf("errors.Is(wrapped %s, %v) = %v", kind, sentinel, got)
			}
		}
		if found, ok := errors.AsType[*transport.Error](wrapped); !ok || found != failure {
			t.Errorf("errors.As does not find %s through its wraps", kind)
		}
	}
}

func TestSentinelsSayWhatTheyAre(t *testing.T) {
	if got := transport.ErrLockedOut.Error(); got != "kuzu: locked out" {
		t.Errorf("ErrLockedOut reads %q", got)
	}
	if errors.Is(&transport.Error{Kind: transport.KindServer}, errors.New("kuzu: server error")) {
		t.Error("an error of the same words matches as the sentinel")
	}
}
