package kuzu

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/robosystems/kuzuclient/transport"
)

// Option sets up a [Client].
type Option func(*settings) error

type settings struct {
	graph           string
	apiKey          string
	transport       http.RoundTripper
	maxMessageBytes int64
	maxRequestBytes int64 // 0: what servers take by default
	streams         transport.StreamSettings
}

// defaultMaxMessageBytes is generous: 10,000 rows of 6 kB.
const defaultMaxMessageBytes = 64 << 20

// WithGraph names the graph that the client works on. Without it only the
// operations of the server itself work, until [Client.ForGraph] names one.
func WithGraph(id string) Option {
	return func(s *settings) error {
		s.graph = id
		return checkGraphID(id)
	}
}

// WithAPIKey sets the key that is sent as X-Kuzu-API-Key; "" sends none, which is
// enough for a server in development. The key appears in no error.
func WithAPIKey(key string) Option {
	return func(s *settings) error {
		s.apiKey = key
		for i := range len(key) {
			if key[i] <= ' ' || key[i] >= 0x7f {
				return errors.New("API key: it holds a blank, a control character or a character outside ASCII; it may hold letters, digits, - and _")
			}
		}
		return nil
	}
}

// WithTransport sends requests through rt instead of a connection pool of the
// client's own, which [Client.Close] then leaves alone. Requests carry the key when
// they reach rt. The client never follows redirects.
func WithTransport(rt http.RoundTripper) Option {
	return func(s *settings) error {
		s.transport = rt
		if rt == nil {
			return errors.New("transport: it is nil")
		}
		return nil
	}
}

// WithMaxMessageBytes bounds what is held in memory at once: a plain answer, or
// one line of a stream, which carries up to 1000 rows. The default is 64 MiB.
func WithMaxMessageBytes(n int64) Option {
	return func(s *settings) error {
		s.maxMessageBytes = n
		if n <= 0 {
			return fmt.Errorf("maximum message size: %d bytes; it must be positive", n)
		}
		return nil
	}
}

// WithDirect says that nothing stands between the client and a server that speaks
// HTTP itself: no proxy, no load balancer. How a connection ends then tells a
// complete stream from a failed one, where nothing else does: streams of exactly
// k*1000 rows need it, a LIMIT that they meet, or [VerifyCount]. Said of a server
// behind a proxy, it makes failed streams pass for complete ones.
func WithDirect() Option {
	return func(s *settings) error {
		s.streams.Direct = true
		return nil
	}
}

// WithSettleTime sets how long the connection of a doubtful stream is watched
// with [WithDirect]; the default is 50 ms, and 0 does not watch.
func WithSettleTime(d time.Duration) Option {
	return func(s *settings) error {
		s.streams.Settle = d
		if d < 0 {
			return fmt.Errorf("settle time: %v; it must not be negative", d)
		}
		return nil
	}
}

// WithIdleTimeout bounds the silence between two chunks of a stream; the default
// is 60 s, and 0 allows any. Until the first chunk the server runs the statement,
// for which the context alone sets a limit.
func WithIdleTimeout(d time.Duration) Option {
	return func(s *settings) error {
		s.streams.IdleTimeout = d
		if d < 0 {
			return fmt.Errorf("idle timeout: %v; it must not be negative", d)
		}
		return nil
	}
}

// WithMaxRequestBytes bounds the body of every request. The default is what
// servers take by default: 100,000 bytes for a query with its parameters, 1 MiB
// for a schema, 10 MiB otherwise. Change it if the server's KUZU_MAX_QUERY_LENGTH
// or KUZU_MAX_REQUEST_SIZE was changed. What is larger fails with [ErrTooLarge]
// before anything is sent.
func WithMaxRequestBytes(n int64) Option {
	return func(s *settings) error {
		s.maxRequestBytes = n
		if n <= 0 {
			return fmt.Errorf("maximum request size: %d bytes; it must be positive", n)
		}
		return nil
	}
}

const maxGraphID = 64

// checkGraphID tells what is wrong with a graph id. Servers check ids at
// different places and with different answers, so ours is the first check.
func checkGraphID(id string) error {
	switch {
	case id == "":
		return errors.New("graph id: it is empty; name the graph with WithGraph or ForGraph")
	case len(id) > maxGraphID:
		return fmt.Errorf("graph id: it has %d characters; it may have at most %d", len(id), maxGraphID)
	}
	bad := strings.IndexFunc(id, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-'
	})
	if bad >= 0 {
		return fmt.Errorf("graph id %q: it may hold only letters, digits, _ and -", id)
	}
	return nil
}
