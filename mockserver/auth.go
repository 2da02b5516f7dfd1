package mockserver

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"
	"unicode"
)

// openPaths need no key.
var openPaths = map[string]bool{
	"/": true, "/docs": true, "/redoc": true, "/openapi.json": true,
	"/health": true, "/status": true, "/info": true, "/metrics": true,
}

// RotateKey has the running server ask for another API key from now on, and
// forgets whom it has locked out, as one that is restarted with a new key does. It
// refuses an empty key, and any if the server was made without one: whether a key
// is asked for does not change.
func (s *Server) RotateKey(key string) error {
	switch {
	case key == "":
		return errors.New("mockserver: the new API key is empty; give one")
	case s.apiKey.Load() == nil:
		return errors.New("mockserver: the server asks for no API key; set APIKey in its Config")
	}
	s.apiKey.Store(&key)
	s.lockout.reset()
	return nil
}

// authenticate asks for the API key, if the server has one. Too many wrong ones
// lock their sender out.
func (s *Server) authenticate(next http.Handler) http.Handler {
	switch {
	case s.keyMissing:
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { writeServerError(w) })
	case s.apiKey.Load() == nil:
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if openPaths[r.URL.Path] {
			next.ServeHTTP(w, r)
			return
		}
		caller := callerAddress(r)
		if s.lockout.locked(caller) {
			writeDetail(w, http.StatusTooManyRequests, "Too many failed authentication attempts")
			return
		}
		// A wrong key in the first header is not mended by the second.
		key := r.Header.Get("X-Kuzu-API-Key")
		if key == "" {
			if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
				key = bearer
			}
		}
		switch {
		case key == "":
			writeDetail(w, http.StatusUnauthorized, "Missing API key")
		case strings.ContainsFunc(key, func(c rune) bool { return c > unicode.MaxASCII }):
			writeServerError(w) // as deployed: such keys cannot be compared
		case subtle.ConstantTimeCompare([]byte(key), []byte(*s.apiKey.Load())) != 1:
			s.lockout.failed(caller)
			writeDetail(w, http.StatusUnauthorized, "Invalid API key")
		default:
			s.lockout.passed(caller)
			next.ServeHTTP(w, r)
		}
	})
}
