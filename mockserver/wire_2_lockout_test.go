package mockserver_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
)

// TestWire2Lockout holds section 2: ten wrong keys from an address lock it out for 300 s after the
// last one, even with the right key; a right key in between starts the count
// anew, and requests while locked out do not prolong it.
func TestWire2Lockout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, err := mockserver.New(mockserver.Config{Engine: scripted(t), APIKey: "right"})
		if err != nil {
			t.Fatal(err)
		}
		defer srv.Close()
		ask := func(address, path, key string) int {
			t.Helper()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
			r.RemoteAddr = address
			r.Header.Set("X-Kuzu-API-Key", key)
			w := httptest.NewRecorder()
			srv.ServeHTTP(w, r)
			if w.Code == http.StatusTooManyRequests && w.Body.String() != `{"detail":"Too many failed authentication attempts"}` {
				t.Errorf("429 says %s", w.Body)
			}
			return w.Code
		}
		expect := func(want, got int, what string) {
			t.Helper()
			if got != want {
				t.Errorf("%s: got %d, want %d", what, got, want)
			}
		}
		for range 9 {
			expect(401, ask("10.0.0.1:1", "/tasks", "wrong"), "wrong key")
		}
		expect(401, ask("10.0.0.1:1", "/tasks", ""), "a missing key, which does not count")
		expect(200, ask("10.0.0.1:2", "/tasks", "right"), "right key after nine wrong ones")
		for range 10 {
			expect(401, ask("10.0.0.1:3", "/tasks", "wrong"), "counted anew")
		}
		expect(429, ask("10.0.0.1:4", "/tasks", "right"), "right key while locked out")
		expect(429, ask("10.0.0.1:4", "/nowhere", "right"), "unknown path while locked out")
		expect(200, ask("10.0.0.1:4", "/health", ""), "open path while locked out")
		expect(200, ask("10.0.0.2:4", "/tasks", "right"), "another address")
		time.Sleep(299 * time.Second) //nolint:forbidigo // virtual time
		expect(429, ask("10.0.0.1:5", "/tasks", "wrong"), "just before the end")
		time.Sleep(time.Second) //nolint:forbidigo // virtual time
		expect(200, ask("10.0.0.1:5", "/tasks", "right"), "after the end")
	})
}
