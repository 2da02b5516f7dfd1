package mockserver

import (
	"net/http"
	"slices"
	"strings"
)

// What a server without a key allows to pages of any origin; one with a key
// allows nothing to any.
var (
	crossOriginMethods = []string{"GET", "POST", "PUT", "DELETE", "OPTIONS"}
	crossOriginHeaders = []string{
		"Accept", "Accept-Language", "Authorization", "Content-Language", "Content-Type", "X-API-Key", "X-Kuzu-API-Key",
	}
)

// crossOrigin answers the preflight requests of browsers, and marks other
// answers for them.
func (s *Server) crossOrigin(next http.Handler) http.Handler {
	anyOrigin := s.apiKey.Load() == nil
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Origin") == "":
			next.ServeHTTP(w, r)
		case r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "":
			preflight(w, r, anyOrigin)
		default:
			if anyOrigin {
				w.Header().Set("Access-Control-Allow-Origin", "*")
			}
			next.ServeHTTP(w, r)
		}
	})
}

func preflight(w http.ResponseWriter, r *http.Request, anyOrigin bool) {
	unchecked(w) // no operation of the document
	header := w.Header()
	header.Set("Access-Control-Allow-Methods", strings.Join(crossOriginMethods, ", "))
	header.Set("Access-Control-Max-Age", "600")
	header.Set("Access-Control-Allow-Headers", strings.Join(crossOriginHeaders, ", "))
	var disallowed []string
	if anyOrigin {
		header.Set("Access-Control-Allow-Origin", "*")
	} else {
		header.Set("Vary", "Origin")
		disallowed = append(disallowed, "origin")
	}
	if !slices.Contains(crossOriginMethods, r.Header.Get("Access-Control-Request-Method")) {
		disallowed = append(disallowed, "method")
	}
	for name := range strings.SplitSeq(r.Header.Get("Access-Control-Request-Headers"), ",") {
		known := func(allowed string) bool { return strings.EqualFold(allowed, strings.TrimSpace(name)) }
		if name != "" && !slices.ContainsFunc(crossOriginHeaders, known) {
			disallowed = append(disallowed, "headers")
			break
		}
	}
	if disallowed != nil {
		writeBody(w, http.StatusBadRequest, plainText, []byte("Disallowed CORS "+strings.Join(disallowed, ", ")))
		return
	}
	writeBody(w, http.StatusOK, plainText, []byte("OK"))
}
