package mockserver

import (
	"crypto/subtle"
	"net/http"
	"strings"
	"unicode"
)

// openPaths need no key.
var openPaths = map[string]bool{
	"/": true, "/docs": true, "/redoc": true, "/openapi.json": true,
	"/health": true, "/status": true, "/info": true, "/metrics": true,
}

// authenticate asks for the API key, if the server has one. Too many wrong ones
// lock their sender out.
func (s *Server) authenticate(next http.Handler) http.Handler {
	switch {
	case s.keyMissing:
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { writeServerError(w) })
	case s.apiKey == "":
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
		case subtle.ConstantTimeCompare([]byte(key), []byte(s.apiKey)) != 1:
			s.lockout.failed(caller)
			writeDetail(w, http.StatusUnauthorized, "Invalid API key")
		default:
			s.lockout.passed(caller)
			next.ServeHTTP(w, r)
		}
	})
}
