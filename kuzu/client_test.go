package kuzu_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/kuzu"
)

func TestNewRefusesBaseURLs(t *testing.T) {
	for url, want := range map[string]string{
		"":                                    "http or https",
		"localhost:8001":                      "http or https",
		"10.0.0.1":                            "http or https",
		"ftp://host":                          "http or https",
		"//host:8001":                         "http or https",
		"http://":                             "no host",
		"http://:8001":                        "no host",
		"http:host":                           "no host",
		"http://host:port":                    "does not parse",
		"http://[::1":                         "does not parse",
		"http://host:8001\n":                  "does not parse",
		"http://host:65536":                   "port is 65536",
		"http://s3cr3t@host":                  "the key is given apart from it",
		"http://user:s3cr3t@host":             "the key is given apart from it",
		"http://user:s3cr3t@host:port":        "does not parse",
		"http://host/databases":               "path",
		"http://host?key=s3cr3t":              "query",
		"http://host#s3cr3t":                  "fragment",
		"https://host:8001/x?key=s3cr3t#frag": "path, query or fragment",
	} {
		c, err := kuzu.New(url)
		if c != nil || err == nil {
			t.Errorf("%q was accepted", url)
			continue
		}
		wantError(t, err, kuzu.KindConfiguration, "base URL: ", want)
		if strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%q: the error repeats a secret: %v", url, err)
		}
	}
}

func TestNewAcceptsBaseURLs(t *testing.T) {
	for url, endpoint := range map[string]string{
		"http://localhost:1":   "http://localhost:1",
		"http://localhost:1/":  "http://localhost:1",
		"http://localhost:1//": "http://localhost:1",
		"http://[::1]:1":       "http://[::1]:1",
		"HTTP://localhost:1":   "http://localhost:1",
	} {
		c, err := kuzu.New(url)
		if err != nil {
			t.Errorf("%q: %v", url, err)
			continue
		}
		_, err = c.Health(t.Context()) // nobody listens at port 1
		if e, ok := errors.AsType[*kuzu.Error](err); !ok || e.Endpoint != endpoint {
			t.Errorf("%q: %v", url, err)
		}
	}
}

// TestNewNamesAllFaultsAtOnce saves the user from mending one at a time.
func TestNewNamesAllFaultsAtOnce(t *testing.T) {
	_, err := kuzu.New("localhost",
		kuzu.WithGraph("a b"), kuzu.WithAPIKey("s3cr3t\n"), kuzu.WithTransport(nil),
		kuzu.WithMaxMessageBytes(0), kuzu.WithMaxRequestBytes(-1))
	wantError(t, err, kuzu.KindConfiguration,
		"base URL: ", `graph id "a b": it may hold only letters, digits, _ and -`, "API key: ", "transport: it is nil",
		"maximum message size: 0 bytes; it must be positive", "maximum request size: -1 bytes; it must be positive")
	if strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("the error repeats the key: %v", err)
	}
}

func TestOptionsRefuseGraphsAndKeys(t *testing.T) {
	for _, id := range malformedIDs {
		if _, err := kuzu.New("http://localhost", kuzu.WithGraph(id)); !errors.Is(err, kuzu.ErrConfiguration) {
			t.Errorf("graph %.70q: %v", id, err)
		}
	}
	for _, key := range []string{" s3cr3t", "s3cr3t b", "s3cr3t\tb", "s3cr3t\r\nX-Other: b", "s3cr3tключ", "s3cr3t\x7f", "s3cr3t\x00"} {
		_, err := kuzu.New("http://localhost", kuzu.WithAPIKey(key))
		wantError(t, err, kuzu.KindConfiguration, "API key: ")
		if strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("key %q is in the error %v", key, err)
		}
	}
	for _, id := range []string{"a", "kg1a2b3c4d5", "sec", "kg0123456789abcdef_dev", "A-Z_0-9", strings.Repeat("x", 64)} {
		if c, err := kuzu.New("http://localhost", kuzu.WithGraph(id)); err != nil || c.Graph() != id {
			t.Errorf("graph %q: %v", id, err)
		}
	}
}

func TestClientDoesNotShowItsKey(t *testing.T) {
	c, err := kuzu.New("http://localhost", kuzu.WithGraph("social"), kuzu.WithAPIKey("s3cr3t"))
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, value := range []any{c, *c} {
			if text := fmt.Sprintf(format, value); strings.Contains(text, "s3cr3t") {
				t.Errorf("%s shows the key: %s", format, text)
			}
		}
	}
}

func TestForGraphSharesTheConnection(t *testing.T) {
	srv := serve(t, says(200, asJSON, `{"graph_id":"x","created_at":"","database_path":"","size_bytes":0,"read_only":false,"is_healthy":true}`))
	c := srv.client(t, kuzu.WithAPIKey("key"))
	other := c.ForGraph("sec")
	if c.Graph() != "social" || other.Graph() != "sec" {
		t.Errorf("graphs are %q and %q", c.Graph(), other.Graph())
	}
	for _, c := range []*kuzu.Client{c, other} {
		if _, err := c.Database(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	asked := srv.asked()
	if asked[0].uri != "/databases/social" || asked[1].uri != "/databases/sec" {
		t.Errorf("asked %s and %s", asked[0].uri, asked[1].uri)
	}
	if key := asked[1].header.Get("X-Kuzu-API-Key"); key != "key" {
		t.Errorf("the other graph's key is %q", key)
	}
}

// TestWithTransportCarriesEverything holds that nothing goes past the caller's
// chain, and that a failure of one of its layers is handed on as it is.
func TestWithTransportCarriesEverything(t *testing.T) {
	layer := &kuzu.Error{Kind: kuzu.KindCircuitOpen, Message: "the breaker of this endpoint is open"}
	var seen *http.Request
	c, err := kuzu.New("http://graphs.internal:8001", kuzu.WithGraph("social"), kuzu.WithAPIKey("key"),
		kuzu.WithTransport(roundTrip(func(r *http.Request) (*http.Response, error) {
			seen = r
			return nil, layer
		})))
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Query(t.Context(), "RETURN 1", nil)
	wantError(t, err, kuzu.KindCircuitOpen, layer.Message, "queryDatabase", `"social"`, "http://graphs.internal:8001")
	if !errors.Is(err, kuzu.ErrUnavailable) {
		t.Error("an open breaker is not unavailable")
	}
	if seen == nil || seen.URL.String() != "http://graphs.internal:8001/databases/social/query" || seen.Header.Get("X-Kuzu-API-Key") != "key" {
		t.Errorf("the chain saw %+v", seen)
	}
	if layer.Operation != "" {
		t.Error("the layer's own error was changed")
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
