package transport_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/robosystems/kuzuclient/transport"
)

// FuzzResponseError: whatever a refusal's body holds, the error has a kind, is
// bounded and readable, and keeps the key to itself.
func FuzzResponseError(f *testing.F) {
	for _, answer := range answers {
		f.Add(answer.status, answer.contentType, answer.body)
	}
	f.Add(500, "application/json", `{"detail":"key kuzu_prod_`+"\xff"+`0123456789abcdef"}`)
	f.Add(422, "application/json", `{"detail":[{"loc":[1e400,null,{"a":[]}],"msg":1}]}`)
	f.Add(503, "application/json", `{"detail":{"retry_after":1e308,"error":{}}}`)
	const key = "kuzu_prod_0123456789abcdef"
	f.Fuzz(func(t *testing.T, status int, contentType, body string) {
		if status < 100 || status > 599 || status/100 == 2 {
			return // the client asks about refusals only
		}
		resp := response(status, contentType, io.NopCloser(strings.NewReader(body)))
		resp.Request = &http.Request{Header: http.Header{"X-Kuzu-Api-Key": {key}}}
		e := transport.ResponseError(resp)
		if e.Kind == 0 || e.Kind.String() == "unknown" || e.Status != status {
			t.Errorf("kind %d, status %d", e.Kind, e.Status)
		}
		text := e.Error()
		if len(e.Message) > 4<<10 || !utf8.ValidString(text) || strings.Contains(text, key) {
			t.Errorf("got %q", text)
		}
		if e.RetryAfter < 0 || e.RetryAfter.Hours() > 24 {
			t.Errorf("retry after %v", e.RetryAfter)
		}
	})
}
