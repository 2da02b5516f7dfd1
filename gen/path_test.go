package gen_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/gen"
)

func TestPathParameterStaysInItsSegment(t *testing.T) {
	var got string
	api := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.URL.EscapedPath()
		w.WriteHeader(http.StatusNotFound)
	})
	tests := []struct {
		id   string
		path string // "" if refused
	}{
		{"kg1a2b3c4d5_dev-1", "/databases/kg1a2b3c4d5_dev-1"},
		{"...", "/databases/..."},
		{"a b", "/databases/a%20b"},
		{"a?b#c", "/databases/a%3Fb%23c"},
		{"%2e%2e", "/databases/%252e%252e"},
		{"", ""},
		{".", ""},
		{"..", ""},
		{"../tasks", ""},
		{"a/b", ""},
		{`a\b`, ""},
		{"/", ""},
	}
	for _, tt := range tests {
		t.Run(tt.id, func(t *testing.T) {
			got = ""
			_, err := api.GetDatabaseWithResponse(t.Context(), tt.id)
			if refused := tt.path == ""; errors.Is(err, gen.ErrPathParameter) != refused {
				t.Errorf("error is %v", err)
			}
			if err != nil && !strings.Contains(err.Error(), "graph_id") {
				t.Errorf("%q does not name the parameter", err)
			}
			if got != tt.path {
				t.Errorf("sent to %q, want %q", got, tt.path)
			}
		})
	}
}
