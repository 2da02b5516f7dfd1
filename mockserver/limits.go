package mockserver

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Largest request bodies in bytes, as deployed by default.
const (
	maxQueryBody  = 100_000
	maxSchemaBody = 1 << 20
	maxOtherBody  = 10 << 20
)

// limitBody refuses bodies whose declared length is over the limit of their
// path. Like the deployed server it goes by pieces of the path, and lets bodies
// of unknown length pass; what reads them bounds itself. So does an upload to
// restore from, which goes to the disk: nobody has databases of 10 MiB only.
func (s *Server) limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		limit, word := bodyLimit(r.URL.Path)
		if r.ContentLength > limit && !s.isUpload(r) {
			writeDetail(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("Request %s too large. Size: %s bytes, Max allowed: %s bytes",
				word, thousands(r.ContentLength), thousands(limit)))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) isUpload(r *http.Request) bool {
	return strings.HasSuffix(r.URL.Path, "/restore") && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") &&
		!s.quirks.Has(QuirkRestoreByPath)
}

func bodyLimit(path string) (limit int64, word string) {
	switch {
	case strings.Contains(path, "/query"):
		return maxQueryBody, "query"
	case strings.Contains(path, "/schema"):
		return maxSchemaBody, "schema"
	default:
		return maxOtherBody, "body"
	}
}

// thousands writes n, which is not negative, with a comma between groups of three digits.
func thousands(n int64) string {
	digits := strconv.FormatInt(n, 10)
	var b strings.Builder
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	return b.String()
}
