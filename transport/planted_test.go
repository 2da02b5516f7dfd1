package transport_test

import (
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/internal/planted"
	"github.com/robosystems/kuzuclient/transport"
)

// TestMain searches everything that the tests bring to light for the API key that
// all chains under test have.
func TestMain(m *testing.M) {
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		_ = os.Unsetenv(name) // servers under test are not behind any
	}
	os.Exit(planted.Main(m))
}

// TestPanicsShowNoKey: neither what a transport panics with on its way through the
// chain nor the stack holds the key that it was given.
func TestPanicsShowNoKey(t *testing.T) {
	network := &scripted{answer: func(_ int, req *http.Request) (*http.Response, error) {
		if req.Header.Get("X-Kuzu-API-Key") != planted.Key {
			t.Error("the key was not sent")
		}
		panic("a fault of " + req.URL.String())
	}}
	c := chain(t, func(s *transport.ChainSettings) { s.Transport = network })
	value := planted.Panic(func() { _, _ = get(t.Context(), c.For(static(t, "http://10.0.0.1:8001"))) })
	if text, _ := value.(string); !strings.HasPrefix(text, "a fault of http://10.0.0.1:8001") {
		t.Errorf("panicked with %v", value)
	}
}

// TestNothingShowsTheKey prints what holds it, or held it.
func TestNothingShowsTheKey(t *testing.T) {
	keys := transport.StaticKey(planted.Key)
	settings := transport.DefaultChainSettings(nil)
	settings.Keys = keys
	c := chain(t, func(s *transport.ChainSettings) { s.Transport = &scripted{answer: hanging} })
	planted.Note(keys, &keys, settings, c, c.For(static(t, "http://10.0.0.1:8001")), transport.EnvironmentKey("KUZU_API_KEY"), c.Statistics(),
		transport.Errorf(transport.KindServer, "x"), errors.Join(transport.ErrServer, &transport.Error{Kind: transport.KindServer, Err: transport.ErrServer}))
}
