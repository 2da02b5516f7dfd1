package transport_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/robosystems/kuzuclient/transport"
)

// TestErrorsDoNotEchoTheRequest sends answers that quote what was asked.
func TestErrorsDoNotEchoTheRequest(t *testing.T) {
	const secret = "s3cr3t-value"
	long := strings.Repeat("x", 300_000)
	for name, body := range map[string]string{
		"input of a fault":         `{"detail":[{"type":"missing","loc":["body","database"],"msg":"Field required","input":{"parameters":{"p":"` + secret + `"}}}]}`,
		"input of a strange fault": `{"detail":[{"loc":"body","msg":5,"input":"` + secret + `"}]}`,
		"ctx of a fault":           `{"detail":[{"loc":["body"],"msg":"no","ctx":{"error":"` + secret + `"}}]}`,
		"strange object":           `{"detail":{"input":"` + secret + `"}}`,
		"top-level array":          `[{"input":"` + secret + `"}]`,
		"longer than what is read": `{"detail":[{"loc":["body"],"msg":"no","input":"` + secret + long + long + long + long + `"}]}`,
		"broken off":               `{"detail":[{"loc":["body"],"msg":"no","input":"` + secret,
	} {
		t.Run(name, func(t *testing.T) {
			for _, contentType := range []string{asJSON, asText, ""} {
				e := transport.ResponseError(response(http.StatusUnprocessableEntity, contentType, io.NopCloser(strings.NewReader(body))))
				if strings.Contains(fmt.Sprintf("%v %+v", e, *e), secret) {
					t.Errorf("as %q: the error quotes the request: %.200v", contentType, e)
				}
				if !errors.Is(e, transport.ErrInvalidRequest) {
					t.Errorf("as %q: the kind is %s", contentType, e.Kind)
				}
			}
		})
	}
}

// TestErrorsUnderstandLongEchoes has a body of the size that servers are known
// to send: a request of 100 kB, once for each of its faults.
func TestErrorsUnderstandLongEchoes(t *testing.T) {
	fault := `{"loc":["body"],"msg":"no","input":"` + strings.Repeat("x", 100_000) + `"}`
	body := `{"detail":[` + fault + "," + fault + "," + fault + `]}`
	e := transport.ResponseError(response(http.StatusUnprocessableEntity, asJSON, io.NopCloser(strings.NewReader(body))))
	if want := "body: no; body: no; body: no"; e.Message != want {
		t.Errorf("got %.100q, want %q", e.Message, want)
	}
}

func TestErrorsHideTheKey(t *testing.T) {
	const key = `kuzu_prod_Abc"<123`
	for name, header := range map[string]http.Header{
		"in its own header": {"X-Kuzu-Api-Key": {key}},
		"as a bearer token": {"Authorization": {"Bearer " + key}},
	} {
		for _, body := range []string{
			"bad header X-Kuzu-API-Key: " + key + ".",
			`{"detail":"key kuzu_prod_Abc\"\u003c123 is unknown"}`,
			`{"detail":[{"loc":["header","kuzu_prod_Abc\"<123"],"msg":"no"}]}`,
			strings.Repeat("x", 4080) + key, // where a long text is cut
		} {
			t.Run(name, func(t *testing.T) {
				resp := response(http.StatusBadRequest, "", io.NopCloser(strings.NewReader(body)))
				resp.Request = &http.Request{Header: header}
				text := transport.ResponseError(resp).Error()
				if strings.Contains(text, key[:8]) || !strings.Contains(text, "[re") {
					t.Errorf("got %.120s", text)
				}
			})
		}
	}
}

func TestErrorsAreBounded(t *testing.T) {
	t.Run("body", func(t *testing.T) {
		endless := &counter{Reader: strings.NewReader(strings.Repeat("é", 8<<20))}
		body := &closer{Reader: endless}
		e := transport.ResponseError(response(http.StatusInternalServerError, asText, body))
		if len(e.Message) > 4<<10 || !utf8.ValidString(e.Message) || !strings.HasSuffix(e.Message, " [cut]") {
			t.Errorf("the message has %d bytes and ends in %q", len(e.Message), e.Message[len(e.Message)-10:])
		}
		if endless.n > 2<<20 {
			t.Errorf("%d bytes of the body were read", endless.n)
		}
		if !body.closed {
			t.Error("the body was left open")
		}
	})
	t.Run("own words", func(t *testing.T) {
		e := transport.Errorf(transport.KindServer, "%s", strings.Repeat("\xff日", 10_000))
		if len(e.Message) > 4<<10 || !utf8.ValidString(e.Message) {
			t.Errorf("the message has %d bytes", len(e.Message))
		}
	})
}

func TestRedirectsNameOnlyTheirTarget(t *testing.T) {
	for location, want := range map[string]string{
		"https://user:pass@graphs.example/x?key=1#f": "a redirect to https://graphs.example, and redirects are not followed",
		"/elsewhere":        "a redirect, and redirects are not followed",
		"http://[broken":    "a redirect, and redirects are not followed",
		"//graphs.example/": "a redirect to //graphs.example, and redirects are not followed",
	} {
		resp := response(http.StatusTemporaryRedirect, "", http.NoBody)
		resp.Header.Set("Location", location)
		if got := transport.ResponseError(resp).Message; got != want {
			t.Errorf("%s: got %q", location, got)
		}
	}
}

func TestBrokenErrorBodyKeepsItsStatus(t *testing.T) {
	cause := errors.New("connection reset")
	body := io.MultiReader(strings.NewReader(`{"detail":"Databa`), iotest.ErrReader(cause))
	e := transport.ResponseError(response(http.StatusConflict, asJSON, io.NopCloser(body)))
	if e.Kind != transport.KindConflict || !errors.Is(e, cause) {
		t.Errorf("got %v", e)
	}
}

// counter counts what is read.
type counter struct {
	io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}
