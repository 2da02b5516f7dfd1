package page_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/robosystems/kuzuclient/resilience"
	"github.com/robosystems/kuzuclient/resilience/page"
)

func ExampleHandler() {
	tracker := resilience.NewTracker()
	defer tracker.Close()
	if err := tracker.Register("graph_api", resilience.MiddlewareHealth(nil)); err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("GET /health-status", page.Handler(tracker))

	r := httptest.NewRequest(http.MethodGet, "/health-status?format=json", nil)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	var view page.View
	if err := json.NewDecoder(w.Body).Decode(&view); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(view.Services[0].Name, view.Services[0].State)
	// Output: graph_api unknown
}
