package mockserver_test

import (
	"net/http"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

// TestRotateKey changes the key of a running server, which has locked out a
// client that had a wrong one.
func TestRotateKey(t *testing.T) {
	a := start(t, mockserver.NewScripted(), withKey)
	ask := func(key string) int { return a.do(http.MethodGet, "/tasks", "", "X-Kuzu-API-Key: "+key).status }
	for range 10 {
		ask("new")
	}
	if status := ask("kuzu_test_secret"); status != 429 {
		t.Fatalf("%d instead of a lockout", status)
	}
	if err := a.server.RotateKey("new"); err != nil {
		t.Fatal(err)
	}
	if old, now := ask("kuzu_test_secret"), ask("new"); old != 401 || now != 200 {
		t.Errorf("%d with the old key, %d with the new one", old, now)
	}
	if err := a.server.RotateKey(""); err == nil {
		t.Error("an empty key is taken")
	}
	if err := start(t, mockserver.NewScripted()).server.RotateKey("new"); err == nil {
		t.Error("a server without a key takes one")
	}
}
