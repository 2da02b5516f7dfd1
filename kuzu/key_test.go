package kuzu_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/internal/planted"
	"github.com/robosystems/kuzuclient/kuzu"
	"github.com/robosystems/kuzuclient/mockserver"
)

const goodKey = planted.Key + "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-"

func TestKeys(t *testing.T) {
	for name, test := range map[string]struct{ key, want string }{
		"right":   {goodKey, ""},
		"wrong":   {"kuzu_prod_wr0ng", "unauthorized (401): Invalid API key; check the API key"},
		"missing": {"", "unauthorized (401): Missing API key; check the API key"},
	} {
		t.Run(name, func(t *testing.T) {
			for operation, call := range onGraph {
				url, _ := mockWith(t, mockserver.Config{APIKey: goodKey}) // a new one: too many wrong keys would lock us out
				c := connect(t, url, kuzu.WithAPIKey(test.key))
				if _, err := c.Health(t.Context()); err != nil {
					t.Errorf("health needs no key: %v", err)
				}
				err := call(t.Context(), c)
				if test.want == "" {
					if errors.Is(err, kuzu.ErrUnauthorized) {
						t.Errorf("%s: %v", operation, err)
					}
					continue
				}
				wantError(t, err, kuzu.KindUnauthorized, test.want)
				if test.key != "" && strings.Contains(err.Error(), test.key) {
					t.Errorf("%s: the key is in the error %v", operation, err)
				}
			}
		})
	}
}

// TestLockout: after ten wrong keys the right one is refused as well.
func TestLockout(t *testing.T) {
	url, _ := mockWith(t, mockserver.Config{APIKey: goodKey})
	wrong, right := connect(t, url, kuzu.WithAPIKey("wrong")), connect(t, url, kuzu.WithAPIKey(goodKey))
	for range 10 {
		_, err := wrong.Databases(t.Context())
		wantError(t, err, kuzu.KindUnauthorized)
	}
	for _, c := range []*kuzu.Client{wrong, right} {
		_, err := c.Databases(t.Context())
		wantError(t, err, kuzu.KindLockedOut, "locked out (429)", "correct the API key, then send nothing for 5 minutes")
	}
}

func TestLockoutIsToldFromThrottling(t *testing.T) {
	for detail, want := range map[string]struct {
		kind kuzu.Kind
		text string
	}{
		"Too many failed authentication attempts": {kuzu.KindLockedOut, "locked out (429)"},
		"slow down": {kuzu.KindThrottled, "throttled (429)"},
	} {
		c := serve(t, says(http.StatusTooManyRequests, asJSON, `{"detail":"`+detail+`"}`)).client(t)
		_, err := c.Query(t.Context(), "RETURN 1", nil)
		wantError(t, err, want.kind, want.text, detail)
	}
}

// TestWrongKeysAreTriedOnce: ten of them lock out the address, and with it
// everybody behind it.
func TestWrongKeysAreTriedOnce(t *testing.T) {
	srv := serve(t, says(http.StatusUnauthorized, asJSON, `{"detail":"Invalid API key"}`))
	c := srv.client(t, kuzu.WithAPIKey("wrong"))
	if _, err := c.Query(t.Context(), "RETURN 1", nil); err == nil {
		t.Error("no error")
	}
	if n := len(srv.asked()); n != 1 {
		t.Errorf("the key was sent %d times", n)
	}
	_, err := c.WaitTask(t.Context(), "t1", nil)
	wantError(t, err, kuzu.KindUnauthorized)
	if n := len(srv.asked()); n > 3 {
		t.Errorf("waiting for a task sent the key %d times", n-1)
	}
}

// TestEchoedKeysAreHidden: a proxy may quote the request that it does not like.
func TestEchoedKeysAreHidden(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		says(http.StatusBadRequest, "text/plain", "bad header X-Kuzu-API-Key: "+r.Header.Get("X-Kuzu-API-Key"))(w, r)
	})
	c := srv.client(t, kuzu.WithAPIKey(goodKey))
	for operation, call := range onGraph {
		err := call(t.Context(), c)
		wantError(t, err, kuzu.KindInvalidRequest, "bad header X-Kuzu-API-Key: [redacted]")
		if strings.Contains(err.Error(), goodKey) {
			t.Errorf("%s: the key is in the error %v", operation, err)
		}
	}
}

// TestRedirectsAreNotFollowed: the key must not be carried to where a redirect
// leads, be it another host or another path.
func TestRedirectsAreNotFollowed(t *testing.T) {
	elsewhere := serve(t, says(200, asJSON, "{}"))
	for _, status := range []int{301, 302, 303, 307, 308} {
		for name, location := range map[string]string{"another host": elsewhere.URL + "/databases?key=s3cr3t", "another path": "/databases"} {
			srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", location)
				w.WriteHeader(status)
			})
			c := srv.client(t, kuzu.WithAPIKey(goodKey))
			for operation, call := range onGraph {
				err := call(t.Context(), c)
				wantError(t, err, kuzu.KindProtocol, "a redirect", "redirects are not followed")
				if strings.Contains(err.Error(), "s3cr3t") {
					t.Errorf("%s: the whole target is in the error %v", operation, err)
				}
				if name == "another host" {
					wantError(t, err, kuzu.KindProtocol, "a redirect to "+elsewhere.URL+",")
				}
			}
			if got, want := len(srv.asked()), len(onGraph); got != want {
				t.Errorf("%d to %s: %d requests for %d calls", status, name, got, want)
			}
		}
	}
	elsewhere.wantNothingSent(t)
}
