package mockserver_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
)

// TestWire2LockedOut holds what section 2 says of callers with ten wrong keys.
func TestWire2LockedOut(t *testing.T) {
	right, wrong := []string{"X-Kuzu-API-Key: kuzu_test_secret"}, []string{"X-Kuzu-API-Key: no"}
	var facts []fact
	times := func(n int, f fact) {
		for range n {
			facts = append(facts, f)
		}
	}
	fault := fact{row: "2 wrong key", ask: "GET /tasks", headers: wrong, answer: detail(401, "Invalid API key"), header: "WWW-Authenticate: "}
	out := fact{row: "2 locked out", ask: "GET /tasks", headers: right, answer: detail(429, "Too many failed authentication attempts"), header: "Retry-After: "}
	times(9, fault)
	times(3, fact{row: "2 a missing key does not count", ask: "GET /tasks", answer: detail(401, "Missing API key")})
	times(1, fact{row: "2 a success resets the counter", ask: "GET /tasks", headers: right, answer: "200 []"})
	times(10, fault)
	times(2, out)
	for _, ask := range []string{"GET /none", "PUT /databases", "OPTIONS /tasks", "GET /tasks/x/monitor", "GET /health/"} {
		out.ask = ask
		times(1, out)
	}
	out.ask, out.headers = "GET /tasks", wrong
	times(1, out)
	times(1, fact{row: "2 exempt paths stay open", ask: "GET /health", answer: "200 …"})
	hold(t, facts, nil, withKey)
}

// TestWire2Lockout holds section 2 in time: ten wrong keys from an address lock it out for 300 s after the
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
