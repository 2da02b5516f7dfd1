package page_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
	"github.com/robosystems/kuzuclient/resilience/page"
)

// fixture is what a page shows, as if taken from a tracker.
type fixture struct {
	statuses []resilience.Status
	alerts   []resilience.Alert
}

func (f *fixture) All() []resilience.Status   { return f.statuses }
func (f *fixture) Alerts() []resilience.Alert { return f.alerts }

func get(t *testing.T, source page.Source, target, accept string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	w := httptest.NewRecorder()
	page.Handler(source).ServeHTTP(w, r)
	return w
}

func TestWhatIsServed(t *testing.T) {
	for _, test := range []struct {
		target, accept, want string
	}{
		{"/", "", "text/html; charset=utf-8"},
		{"/under/any/path", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"},
		{"/", "application/json", "application/json"},
		{"/", "application/json, text/html;q=0", "application/json"},
		{"/", "application/json;q=0.5, text/html", "text/html; charset=utf-8"},
		{"/", "*/*", "text/html; charset=utf-8"},
		{"/?format=json", "text/html", "application/json"},
		{"/?format=html", "application/json", "text/html; charset=utf-8"},
	} {
		w := get(t, &fixture{}, test.target, test.accept)
		if got := w.Header().Get("Content-Type"); got != test.want || w.Code != http.StatusOK {
			t.Errorf("%s for %q: %d %s, want %s", test.target, test.accept, w.Code, got, test.want)
		}
		if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s for %q: headers are %v", test.target, test.accept, w.Header())
		}
	}
	w := httptest.NewRecorder()
	page.Handler(&fixture{}).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d, %v", w.Code, w.Header())
	}
}

func TestJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tracker := resilience.NewTracker()
		defer tracker.Close()
		settings := resilience.DefaultBudget()
		settings.Name = "node"
		budget := resilience.NewBudget(settings)
		retry := resilience.Retry(resilience.RetrySettings{Name: "query", MaxAttempts: 2, Strategy: resilience.Constant{Wait: time.Second}, Budget: budget})
		breaker := resilience.Breaker("db_read", resilience.ClientBreaker())
		service := resilience.MiddlewareHealth(func(context.Context) error { <-time.After(5 * time.Millisecond); return nil })
		service.Breakers, service.Retriers, service.Budgets = []*resilience.CircuitBreaker{breaker}, []*resilience.Retrier{retry}, []*resilience.Budget{budget}
		for name, s := range map[string]resilience.ServiceSettings{"graph_api": service, "aside": resilience.MiddlewareHealth(nil)} {
			if err := tracker.Register(name, s); err != nil {
				t.Fatal(err)
			}
		}
		<-time.After(time.Minute)
		_, _ = resilience.Do(t.Context(), retry, func(context.Context) (int, error) { return 0, errors.New("down") })
		breaker.ForceOpen()
		tracker.Begin(t.Context(), "aside")(context.DeadlineExceeded)

		w := get(t, tracker, "/?format=json", "")
		var view page.View
		if err := json.Unmarshal(w.Body.Bytes(), &view); err != nil {
			t.Fatal(err)
		}
		if len(view.Services) != 2 || view.Services[0].Name != "aside" || view.Services[0].State != "degraded" || view.Services[0].Errors["timeout"] != 1 {
			t.Fatalf("services: %+v", view.Services)
		}
		s := view.Services[1]
		if s.State != "healthy" || s.HealthScore != 50 || s.AvgMS != 5 || s.Checks < 2 || len(s.History) != int(s.Checks) || s.CheckSuccessRate != 1 {
			t.Errorf("service: %+v", s)
		}
		if b := s.Breakers[0]; b.State != "open" || !b.Forced || len(b.History) != 1 || b.History[0].Why != "forced open" || b.SecondsIn["closed"] < 60 {
			t.Errorf("breaker: %+v", b)
		}
		if r := s.Retries[0]; r.AttemptsPerOp != 2 || r.Exhausted != 1 || r.DelayMS != 1000 {
			t.Errorf("retry: %+v", r)
		}
		if b := s.Budgets[0]; b.Granted != 1 || b.Left != 10 || b.Burst != 10 {
			t.Errorf("budget: %+v", b)
		}
		var kinds []string
		for _, a := range view.Alerts {
			kinds = append(kinds, a.Kind)
		}
		if !slices.Equal(kinds, []string{"health degraded", "breaker opened", "retries exhausted"}) {
			t.Errorf("alerts: %q", kinds)
		}
	})
}

func TestGravestFirst(t *testing.T) {
	var f fixture
	for _, s := range []resilience.HealthState{resilience.Healthy, resilience.Down, resilience.HealthUnknown, resilience.Busy, resilience.Degraded} {
		f.statuses = append(f.statuses, resilience.Status{Name: "is " + s.String(), State: s})
	}
	body := get(t, &f, "/", "").Body.String()
	last := 0
	for _, state := range []string{"down", "busy", "degraded", "healthy", "unknown"} {
		at := strings.Index(body, `data-service="is `+state)
		if at < last {
			t.Errorf("%s is at %d, want it after %d", state, at, last)
		}
		last = at
	}
	if !strings.Contains(body, "<title>Service health: 1 down, 1 busy, 1 degraded, 1 healthy, 1 unknown</title>") {
		t.Error("the title does not count them")
	}
}

func TestNothingIsTakenForMarkup(t *testing.T) {
	const evil = `"><script>alert(1)</script>`
	f := &fixture{
		statuses: []resilience.Status{{
			Name: evil, LastError: evil, Errors: map[resilience.ErrorKind]uint64{evil: 1},
			Breakers: []resilience.BreakerStatus{{Name: evil, Counts: resilience.Counts{History: []resilience.Transition{{Why: evil}}}}},
			Retriers: []resilience.RetryStatus{{Name: evil}}, Budgets: []resilience.BudgetStatus{{Name: evil}},
		}},
		alerts: []resilience.Alert{{Service: evil, Event: resilience.Event{Source: evil, Detail: evil}}},
	}
	body := get(t, f, "/", "").Body.String()
	if strings.Contains(body, evil) || strings.Count(body, "<script>") != 1 {
		t.Error("a name is taken for markup")
	}
}

func TestEmpty(t *testing.T) {
	body := get(t, &fixture{}, "/", "").Body.String()
	if !strings.Contains(body, "No services are registered.") {
		t.Error("an empty page does not say so")
	}
	if got := get(t, &fixture{}, "/?format=json", "").Body.String(); !strings.Contains(got, `"services": []`) || !strings.Contains(got, `"alerts": []`) {
		t.Errorf("JSON of nothing is %s", got)
	}
}

// The page's own style and script are all that its policy allows.
func TestPolicyFitsThePage(t *testing.T) {
	w := get(t, &fixture{statuses: []resilience.Status{{Name: "s"}}}, "/", "")
	policy := w.Header().Get("Content-Security-Policy")
	for _, tag := range []string{"style", "script"} {
		inline := regexp.MustCompile(`(?s)<`+tag+`>(.*?)</`+tag+`>`).FindAllStringSubmatch(w.Body.String(), -1)
		if len(inline) != 1 {
			t.Fatalf("%d elements %s", len(inline), tag)
		}
		sum := sha256.Sum256([]byte(inline[0][1]))
		if want := tag + "-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy, want) {
			t.Errorf("the policy does not allow the %s: %s", tag, policy)
		}
	}
	if loads := regexp.MustCompile(`(?i)\s(src|style|on\w+)=|url\(|@import|https?://`).FindString(w.Body.String()); loads != "" {
		t.Errorf("the page holds %q", loads)
	}
}

func TestSparkline(t *testing.T) {
	at := time.Unix(0, 0)
	history := func(ms ...int) (points []resilience.Point) {
		for _, n := range ms {
			points = append(points, resilience.Point{At: at, Latency: time.Duration(n) * time.Millisecond, OK: n != 30})
		}
		return points
	}
	for _, test := range []struct {
		name    string
		history []resilience.Point
		want    []string
	}{
		{"rising", history(10, 20, 30), []string{`points="3.0,31.0 180.0,17.0 357.0,3.0"`, `aria-label="Latency of the latest 3 checks or calls: 10 ms to 30 ms, 1 failed"`, `class="failed" d="M357.0,48 V36"`}},
		{"all at once", history(0, 0), []string{`points="3.0,45.0 357.0,45.0"`}},
		{"one point", history(5), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			body := get(t, &fixture{statuses: []resilience.Status{{Name: "s", History: test.history}}}, "/", "").Body.String()
			for _, want := range test.want {
				if !strings.Contains(body, want) {
					t.Errorf("no %s in the page", want)
				}
			}
			if test.want == nil && strings.Contains(body, "<svg") {
				t.Error("a line was drawn")
			}
		})
	}
}

func TestFiguresAreReadable(t *testing.T) {
	now := time.Now()
	body := get(t, &fixture{statuses: []resilience.Status{{
		Name: "s", State: resilience.Degraded, Since: now.Add(-90 * time.Minute), HealthScore: 66.6, Availability: 99.94,
		AvgLatency: 1234 * time.Microsecond, P95Latency: 45 * time.Millisecond, P99Latency: 1500 * time.Millisecond, Calls: 8, ErrorRate: 0.125,
	}}}, "/", "").Body.String()
	for _, want := range []string{"for 90 min", ">67<", "99.9 %", "1.2 ms", "45 ms", "1.5 s", "12.5 %", "not well enough"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in the page", want)
		}
	}
}
