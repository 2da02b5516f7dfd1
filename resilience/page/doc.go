// Package page shows the health of services as one web page, and as JSON for
// programs.
//
//	http.Handle("GET /health-status", page.Handler(tracker))
//
// # The page
//
// The page is whole in itself: it loads nothing from elsewhere, works without
// JavaScript, and with it refreshes itself every 5 s. It may be served under
// any path. It shows names, figures and error texts; decide who may see them.
package page
