package transport_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/robosystems/kuzuclient/resilience"
	"github.com/robosystems/kuzuclient/transport"
)

// scrape collects the metrics of a chain.
type scrape struct{ *sdk.ManualReader }

func newScrape() (scrape, func(*transport.ChainSettings)) {
	reader := sdk.NewManualReader()
	provider := sdk.NewMeterProvider(sdk.WithReader(reader))
	return scrape{reader}, func(s *transport.ChainSettings) { s.Observe.MeterProvider = provider }
}

// metrics are all that the chain's own meter has.
func (s scrape) metrics(t testing.TB) []metricdata.Metrics {
	t.Helper()
	var got metricdata.ResourceMetrics
	if err := s.Collect(context.Background(), &got); err != nil {
		t.Fatal(err)
	}
	var list []metricdata.Metrics
	for _, scope := range got.ScopeMetrics {
		if scope.Scope.Name != "github.com/robosystems/kuzuclient/transport" {
			t.Errorf("the chain measures as %q", scope.Scope.Name)
		}
		list = append(list, scope.Metrics...)
	}
	return list
}

// series are the lines of a scrape in order: name, unit and type, attributes, and
// what was counted.
func (s scrape) series(t testing.TB) []string {
	t.Helper()
	var lines []string
	for _, m := range s.metrics(t) {
		switch data := m.Data.(type) {
		case metricdata.Histogram[float64]:
			for _, p := range data.DataPoints {
				lines = append(lines, line(m, "histogram", p.Attributes, fmt.Sprintf("%d in %.4gs", p.Count, p.Sum)))
			}
		case metricdata.Sum[int64]:
			kind := "gauge"
			if data.IsMonotonic {
				kind = "counter"
			}
			for _, p := range data.DataPoints {
				lines = append(lines, line(m, kind, p.Attributes, fmt.Sprint(p.Value)))
			}
		default:
			t.Errorf("%s is a %T", m.Name, data)
		}
	}
	slices.Sort(lines)
	return lines
}

func line(m metricdata.Metrics, kind string, attributes attribute.Set, value string) string {
	text := m.Name + " " + m.Unit + " " + kind
	for _, a := range attributes.ToSlice() {
		text += " " + string(a.Key) + "=" + a.Value.String()
	}
	return text + ": " + value
}

// Lines of a scrape. failure is an error.type, "" for a success.

func callLine(operation, failure string, n int, seconds float64) string {
	return fmt.Sprintf("db.client.operation.duration s histogram db.operation.name=%s db.system.name=kuzu%s: %d in %.4gs",
		operation, errorType(failure), n, seconds)
}

func attemptLine(method, address, failure string, status, n int, seconds float64) string {
	answered := ""
	if status != 0 {
		answered = fmt.Sprintf(" http.response.status_code=%d", status)
	}
	return fmt.Sprintf("http.client.request.duration s histogram%s http.request.method=%s%s server.address=%s server.port=8001 url.scheme=http: %d in %.4gs",
		errorType(failure), method, answered, address, n, seconds)
}

func retryLine(operation, after string, n int) string {
	return fmt.Sprintf("kuzu.client.retries {retry} counter db.operation.name=%s db.system.name=kuzu error.type=%s: %d", operation, after, n)
}

func turnLine(breaker, transition string, n int) string {
	return fmt.Sprintf("kuzu.client.breaker.transitions {transition} counter kuzu.breaker=%s kuzu.transition=breaker %s: %d", breaker, transition, n)
}

func connectionLine(state string, n int) string {
	return fmt.Sprintf("db.client.connection.count {connection} gauge db.client.connection.state=%s: %d", state, n)
}

func errorType(failure string) string {
	if failure == "" {
		return ""
	}
	return " error.type=" + failure
}

// answersIn is a network that takes 20 ms for each answer.
func answersIn(answer func(n int, req *http.Request) *http.Response) *scripted {
	return &scripted{answer: func(n int, req *http.Request) (*http.Response, error) {
		time.Sleep(20 * time.Millisecond) //nolint:forbidigo // virtual time
		return answer(n, req), nil
	}}
}

func healthy(_ int, req *http.Request) *http.Response { return answerTo(req, 200, asJSON, `{}`) }

func broken(_ int, req *http.Request) *http.Response {
	return answerTo(req, 502, asHTML, "<html>")
}

func hanging(_ int, req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, context.Cause(req.Context())
}

// ways lead to one server, to two, and to none that is known.
type ways struct{ one, both, nowhere http.RoundTripper }

// TestMetrics states, for what may happen to calls, all that is measured.
func TestMetrics(t *testing.T) {
	const a, b = "10.0.0.1", "10.0.0.2"
	for _, test := range []struct {
		name    string
		network *scripted
		change  func(*transport.ChainSettings)
		drive   func(context.Context, ways)
		want    []string
	}{
		{"success", answersIn(healthy), nil, times(3), []string{
			callLine("getDatabase", "", 3, 0.06), attemptLine("GET", a, "", 200, 3, 0.06),
		}},
		{"a retry", answersIn(func(n int, req *http.Request) *http.Response {
			if n == 0 {
				return answerTo(req, 500, asText, "Internal Server Error")
			}
			return healthy(n, req)
		}), nil, times(1), []string{
			callLine("getDatabase", "", 1, 1.04), attemptLine("GET", a, "", 200, 1, 0.02), attemptLine("GET", a, "server error", 500, 1, 0.02),
			retryLine("getDatabase", "server error", 1),
		}},
		{"retries in vain", answersIn(broken), nil, times(1), []string{
			callLine("getDatabase", "unavailable", 1, 7.08), attemptLine("GET", a, "unavailable", 502, 4, 0.08), retryLine("getDatabase", "unavailable", 3),
		}},
		{"a failover", answersIn(func(n int, req *http.Request) *http.Response {
			if req.URL.Hostname() == a {
				return broken(n, req)
			}
			return healthy(n, req)
		}), nil, func(ctx context.Context, to ways) { _, _ = get(ctx, to.both) }, []string{
			callLine("getDatabase", "", 1, 0.04), attemptLine("GET", a, "unavailable", 502, 1, 0.02), attemptLine("GET", b, "", 200, 1, 0.02),
			retryLine("getDatabase", "unavailable", 1),
		}},
		{"a breaker", answersIn(func(n int, req *http.Request) *http.Response {
			if n < 5 {
				return broken(n, req)
			}
			return healthy(n, req)
		}), noRetries, func(ctx context.Context, to ways) {
			times(7)(ctx, to)
			time.Sleep(61 * time.Second) //nolint:forbidigo // virtual time
			times(2)(ctx, to)
		}, []string{
			callLine("getDatabase", "unavailable", 5, 0.1), callLine("getDatabase", "circuit open", 2, 0), callLine("getDatabase", "", 2, 0.04),
			attemptLine("GET", a, "unavailable", 502, 5, 0.1), attemptLine("GET", a, "", 200, 2, 0.04),
			turnLine("dead", "opened", 1), turnLine("dead", "half-opened", 1), turnLine("dead", "closed", 1),
		}},
		{"a silent server", &scripted{answer: hanging}, noRetries, times(21), []string{
			callLine("getDatabase", "timeout", 20, 600), callLine("getDatabase", "circuit open", 1, 0), attemptLine("GET", a, "timeout", 0, 20, 600),
			turnLine("busy", "opened", 1),
		}},
		{"the client's rate", answersIn(healthy), func(s *transport.ChainSettings) {
			s.Rate = &resilience.ThrottleSettings{Name: "calls", Calls: 2, Period: time.Hour, Burst: 2}
		}, times(5), []string{
			callLine("getDatabase", "", 2, 0.04), callLine("getDatabase", "throttled", 3, 0), attemptLine("GET", a, "", 200, 2, 0.04),
		}},
		{"a full bulkhead", answersIn(healthy), func(s *transport.ChainSettings) {
			s.Bulkhead = &resilience.BulkheadSettings{Name: "graph", Concurrent: 2}
		}, atOnce(5), []string{
			callLine("getDatabase", "", 2, 0.04), callLine("getDatabase", "throttled", 3, 0), attemptLine("GET", a, "", 200, 2, 0.04),
		}},
		{"a queue before the bulkhead", answersIn(healthy), func(s *transport.ChainSettings) {
			s.Bulkhead = &resilience.BulkheadSettings{Name: "graph", Concurrent: 1, Queue: 5, QueueTimeout: time.Minute}
		}, atOnce(3), []string{
			callLine("getDatabase", "", 3, 0.02+0.04+0.06), attemptLine("GET", a, "", 200, 3, 0.06),
		}},
		{"the time of attempts", &scripted{answer: hanging}, oneRetry, times(1), []string{
			callLine("getDatabase", "timeout", 1, 61), attemptLine("GET", a, "timeout", 0, 2, 60), retryLine("getDatabase", "timeout", 1),
		}},
		{"the caller's deadline", &scripted{answer: hanging}, nil, func(ctx context.Context, to ways) {
			ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
			defer cancel()
			_, _ = get(ctx, to.one)
		}, []string{
			callLine("getDatabase", "timeout", 1, 5), attemptLine("GET", a, "timeout", 0, 1, 5),
		}},
		{"the caller's cancel", &scripted{answer: hanging}, nil, func(ctx context.Context, to ways) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(10*time.Millisecond, cancel)
			_, _ = get(ctx, to.one)
		}, []string{
			callLine("getDatabase", "canceled", 1, 0.01), attemptLine("GET", a, "canceled", 0, 1, 0.01),
		}},
		{"no connection", &scripted{answer: func(int, *http.Request) (*http.Response, error) { return nil, faults["dial refused"].dial }}, noRetries, times(1), []string{
			callLine("getDatabase", "unavailable", 1, 0), attemptLine("GET", a, "unavailable", 0, 1, 0),
		}},
		{"a refused statement", answersIn(func(_ int, req *http.Request) *http.Response {
			return answerTo(req, 400, asJSON, `{"detail":"Query parsing error: Parser exception: Invalid input"}`)
		}), nil, func(ctx context.Context, to ways) {
			_, _ = rawQuery("MATCH (n)")(ctx, &http.Client{Transport: to.one}, "http://ignored")
		}, []string{
			callLine("queryDatabase", "syntax error", 1, 0.02), attemptLine("POST", a, "syntax error", 400, 1, 0.02),
		}},
		{"a stream", answersIn(func(_ int, req *http.Request) *http.Response {
			resp := answerTo(req, 200, "application/x-ndjson", "")
			resp.Body, resp.ContentLength = io.NopCloser(lazily{strings.NewReader(`{"chunk_index":0,"data":[{"1":1}],"columns":["1"],"row_count":1,"total_rows_sent":1,"execution_time_ms":1,"is_last_chunk":true}` + "\n")}), -1
			return resp
		}), nil, func(ctx context.Context, to ways) {
			req, _ := http.NewRequestWithContext(ctx, http.MethodPost, "http://ignored/databases/social/query?streaming=true", strings.NewReader(`{"cypher":"RETURN 1"}`))
			if resp, err := to.one.RoundTrip(req); err == nil {
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
			}
		}, []string{
			callLine("queryDatabase", "", 1, 2.02), attemptLine("POST", a, "", 200, 1, 0.02),
		}},
		{"no route", &scripted{}, nil, func(ctx context.Context, to ways) { _, _ = get(ctx, to.nowhere) }, []string{
			callLine("getDatabase", "no route", 1, 0),
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				scrape, measured := newScrape()
				c := chain(t, measured, func(s *transport.ChainSettings) {
					s.Transport = test.network
					s.Retry.Jitter = 0
					if test.change != nil {
						test.change(s)
					}
				})
				test.drive(t.Context(), ways{
					one: c.For(static(t, "http://"+a+":8001")), both: c.For(static(t, "http://"+a+":8001", "http://"+b+":8001")),
					nowhere: c.For(&moving{err: transport.Errorf(transport.KindRouting, "graph social is not in the registry")}),
				})
				want := slices.Concat(test.want, []string{connectionLine("idle", 0), connectionLine("used", 0)})
				slices.Sort(want)
				if got := scrape.series(t); !slices.Equal(got, want) {
					t.Errorf("measured\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			})
		})
	}
}

func noRetries(s *transport.ChainSettings) { s.Retry.MaxRetries = 0 }
func oneRetry(s *transport.ChainSettings)  { s.Retry.MaxRetries = 1 }

// times makes so many calls one after the other.
func times(n int) func(context.Context, ways) {
	return func(ctx context.Context, to ways) {
		for range n {
			_, _ = get(ctx, to.one)
		}
	}
}

// atOnce makes so many calls together.
func atOnce(n int) func(context.Context, ways) {
	return func(ctx context.Context, to ways) {
		done := make(chan struct{})
		for range n {
			go func() {
				_, _ = get(ctx, to.one)
				done <- struct{}{}
			}()
		}
		for range n {
			<-done
		}
	}
}

// lazily reads what comes after 2 s.
type lazily struct{ *strings.Reader }

func (l lazily) Read(p []byte) (int, error) {
	if l.Len() > 0 {
		time.Sleep(2 * time.Second) //nolint:forbidigo // virtual time
	}
	return l.Reader.Read(p)
}

// TestConnectionsAreMeasured as they are when somebody looks, and no longer when
// the chain is closed.
func TestConnectionsAreMeasured(t *testing.T) {
	arrived, answer := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-answer
		works(w, r)
	}))
	defer server.Close()
	scrape, measured := newScrape()
	c := chain(t, measured)
	connections := func() []string {
		return slices.DeleteFunc(scrape.series(t), func(line string) bool { return !strings.HasPrefix(line, "db.client.connection.count ") })
	}
	expect := func(when string, want ...string) {
		t.Helper()
		if got := connections(); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", when, got, want)
		}
	}
	expect("before", connectionLine("idle", 0), connectionLine("used", 0))
	done := make(chan error)
	for range 3 {
		go func() {
			_, err := get(t.Context(), c.For(static(t, server.URL)))
			done <- err
		}()
		<-arrived
	}
	expect("under way", connectionLine("idle", 0), connectionLine("used", 3))
	for range 3 {
		answer <- struct{}{}
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	expect("after", connectionLine("idle", 3), connectionLine("used", 0))
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	expect("closed")
}

// TestMetricsStayFew: what callers and servers can make up adds no series.
func TestMetricsStayFew(t *testing.T) {
	scrape, measured := newScrape()
	network := &scripted{answer: func(n int, req *http.Request) (*http.Response, error) {
		return answerTo(req, 200+n%800, asJSON, fmt.Sprintf(`{"detail":"fault %d"}`, n)), nil
	}}
	c := chain(t, measured, noRetries, func(s *transport.ChainSettings) { s.Transport, s.Breaker, s.Busy = network, nil, nil })
	rt := c.For(static(t, "http://10.0.0.1:8001"))
	for i := range 1000 {
		for _, path := range []string{"/databases/kg%d", "/tasks/t%d/status", "/no/such/route/%d"} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://ignored"+fmt.Sprintf(path, i), nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("X-Request-Id", fmt.Sprint("id", i))
			if resp, err := rt.RoundTrip(req); err == nil {
				_ = resp.Body.Close()
			}
		}
	}
	statuses := 0
	for status := range 600 {
		if status >= 200 && http.StatusText(status) != "" {
			statuses++
		}
	}
	counted := make(map[string]int)
	for _, line := range scrape.series(t) {
		name, _, _ := strings.Cut(line, " ")
		counted[name]++
	}
	// Each status means one kind of error. Of unknown ones only the class is told.
	if n := counted["http.client.request.duration"]; n < statuses || n > statuses+6 {
		t.Errorf("3000 attempts with 800 statuses made %d series, want about as many as the %d known statuses", n, statuses)
	}
	if n := counted["db.client.operation.duration"]; n < 3 || n > 3*20 {
		t.Errorf("3000 calls of 1000 graphs by 3 operations made %d series", n)
	}
}

// TestDocumentedMetrics compares the chain's table in docs/observability.md with
// what it measures: names, units and attributes.
func TestDocumentedMetrics(t *testing.T) {
	page, err := os.ReadFile("../docs/observability.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "## Metrics")
	table, _, _ = strings.Cut(table, "The factory adds:")
	code := regexp.MustCompile("`([^`]+)`")
	documented := make(map[string]string)
	for row := range strings.Lines(table) {
		cells := strings.Split(row, "|")
		if len(cells) != 6 || !strings.Contains(cells[1], "`") {
			continue
		}
		text := "unit {}" // of what is counted
		if strings.HasSuffix(strings.TrimSpace(cells[1]), ", s") {
			text = "unit s"
		}
		var names []string
		for _, name := range code.FindAllStringSubmatch(cells[4], -1) {
			if strings.Contains(name[1], ".") { // values have no dot
				names = append(names, name[1])
			}
		}
		slices.Sort(names)
		documented[code.FindStringSubmatch(cells[1])[1]] = text + " with " + strings.Join(names, " ")
	}

	scrape, measured := newScrape()
	network := &scripted{answer: func(n int, req *http.Request) (*http.Response, error) {
		if n == 0 {
			return healthy(n, req), nil
		}
		return broken(n, req), nil
	}}
	c := chain(t, measured, func(s *transport.ChainSettings) { s.Transport, s.Retry.Delay = network, 0 })
	times(6)(t.Context(), ways{one: c.For(static(t, "http://10.0.0.1:8001"))})
	got := make(map[string]string)
	for _, m := range scrape.metrics(t) {
		names := make(map[string]bool)
		for _, set := range attributeSets(m.Data) {
			for _, a := range set.ToSlice() {
				names[string(a.Key)] = true
			}
		}
		unit := m.Unit
		if strings.HasPrefix(unit, "{") {
			unit = "{}"
		}
		got[m.Name] = "unit " + unit + " with " + strings.Join(slices.Sorted(maps.Keys(names)), " ")
	}
	if !maps.Equal(got, documented) {
		t.Errorf("measured   %q\ndocumented %q", got, documented)
	}
}

func attributeSets(data metricdata.Aggregation) (sets []attribute.Set) {
	switch data := data.(type) {
	case metricdata.Histogram[float64]:
		for _, p := range data.DataPoints {
			sets = append(sets, p.Attributes)
		}
	case metricdata.Sum[int64]:
		for _, p := range data.DataPoints {
			sets = append(sets, p.Attributes)
		}
	}
	return sets
}
