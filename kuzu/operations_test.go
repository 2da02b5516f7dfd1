package kuzu_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/gen"
)

// TestEveryOperationHasAMethod calls all that the client offers and looks at what
// arrives. An operation of the document that does not arrive has no method.
func TestEveryOperationHasAMethod(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/databases/") {
			says(200, asJSON, `{"graph_id":"social"}`)(w, r) // what Copy asks first
			return
		}
		says(http.StatusTeapot, "text/plain", "")(w, r)
	})
	c := srv.client(t)
	for _, use := range uses() {
		use(t.Context(), c)
	}
	seen := map[string]bool{}
	for _, request := range srv.asked() {
		address, err := url.Parse(request.uri)
		if err != nil {
			t.Fatal(err)
		}
		op, ok := gen.FindOperation(request.method, address.Path)
		if !ok {
			t.Errorf("%s %s is no operation of the document", request.method, request.uri)
		}
		seen[op.ID] = true
	}
	for _, op := range gen.Operations() {
		if !seen[op.ID] {
			t.Errorf("no method of the client, or none in this test's tables, sends %s: %s %s", op.ID, op.Method, op.Path)
		}
	}
}
