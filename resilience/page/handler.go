package page

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the parts of the page
	"encoding/base64"
	"encoding/json"
	"html/template"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

// Source is where the page takes its figures from, a [resilience.Tracker].
type Source interface {
	All() []resilience.Status   // the services, in any order
	Alerts() []resilience.Alert // the alerts, oldest first
}

//go:embed page.html
var pageText string

//go:embed style.css
var style string

//go:embed script.js
var script string

var tmpl = template.Must(template.New("page").Funcs(funcs).Parse(pageText))

// policy forbids everything but the style and the script of the page itself and
// its own refreshing.
var policy = "default-src 'none'; style-src " + hash(style) + "; script-src " + hash(script) +
	"; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// Handler returns a handler for GET and HEAD. It answers with JSON to ?format=json
// and to requests that accept application/json and not text/html, else with the
// page.
func Handler(source Source) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "only GET and HEAD are served here", http.StatusMethodNotAllowed)
			return
		}
		view := newView(source.All(), source.Alerts(), time.Now())
		var (
			body  bytes.Buffer
			err   error
			media string
		)
		if wantsJSON(r) {
			media = "application/json"
			enc := json.NewEncoder(&body)
			enc.SetIndent("", "  ")
			err = enc.Encode(view)
		} else {
			media = "text/html; charset=utf-8"
			w.Header().Set("Content-Security-Policy", policy)
			err = tmpl.Execute(&body, struct {
				View
				Style  template.CSS
				Script template.JS
			}{view, template.CSS(style), template.JS(script)}) //nolint:gosec // both are files of this package
		}
		if err != nil {
			http.Error(w, "the page cannot be made: "+err.Error(), http.StatusInternalServerError)
			return
		}
		h := w.Header()
		h.Set("Content-Type", media)
		h.Set("Content-Length", strconv.Itoa(body.Len()))
		h.Set("Cache-Control", "no-store")
		h.Set("Vary", "Accept")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		_, _ = body.WriteTo(w) // if it fails, the reader has gone
	})
}

func wantsJSON(r *http.Request) bool {
	if format := r.URL.Query().Get("format"); format != "" {
		return format == "json"
	}
	accepts := func(want string) bool {
		for _, header := range r.Header.Values("Accept") {
			for part := range strings.SplitSeq(header, ",") {
				if media, params, err := mime.ParseMediaType(part); err == nil && media == want && params["q"] != "0" {
					return true
				}
			}
		}
		return false
	}
	return accepts("application/json") && !accepts("text/html")
}
