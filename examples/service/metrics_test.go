package main

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/robosystems/kuzuclient/kuzu"
)

var (
	// metrics are the names in an expression of which labels were taken away.
	metrics    = regexp.MustCompile(`\b(?:db|http|kuzu)_[a-z_]+`)
	labels     = regexp.MustCompile(`\{[^}]*\}|\b(?:by|on|without) *\([^)]*\)`)
	families   = regexp.MustCompile(`(?m)^# TYPE ((?:db|http_client|kuzu)_\S+) `)
	errorTypes = regexp.MustCompile(`error_type=~"([^"]*)"`)
)

// TestMetrics: what the alert rules and the dashboard name is in a scrape, after
// traffic that went well and traffic that did not; and so are the labels.
func TestMetrics(t *testing.T) {
	t.Setenv("KUZU_CACHE_TTL", "0.001") // what is known is soon old
	s := serve(t)
	list := "/graphs/" + graph + "/entities?limit=2"
	s.ask(t, "GET", list, "")
	s.fleet.FailRegistry()
	s.ask(t, "GET", list, "") // finds the way by what was known last
	s.fleet.Writers("standard")[0].Kill()
	s.ask(t, "GET", list, "")
	s.ask(t, "GET", "/graphs/kgffffffffffffffff/entities", "")
	_, scraped := s.ask(t, "GET", "/metrics", "")
	if !regexp.MustCompile(`(?m)^db_client_operation_duration_seconds_count\{db_operation_name="queryDatabase",db_system_name="kuzu",otel`).MatchString(scraped) {
		t.Error("no call is counted as a success")
	}

	scrapedNames := make(map[string]bool)
	for _, family := range families.FindAllStringSubmatch(scraped, -1) {
		scrapedNames[family[1]] = true
	}
	if documented := documentedNames(t); !maps.Equal(scrapedNames, documented) {
		t.Errorf("scraped    %q\ndocumented %q", slices.Sorted(maps.Keys(scrapedNames)), slices.Sorted(maps.Keys(documented)))
	}

	for _, page := range []string{"../../docs/alerts.yaml", "../../docs/grafana.json"} {
		exprs := expressions(t, page)
		if len(exprs) < 8 {
			t.Errorf("%s has only %d expressions", page, len(exprs))
		}
		for _, expr := range exprs {
			names := metrics.FindAllString(labels.ReplaceAllString(expr, ""), -1)
			if len(names) == 0 {
				t.Errorf("%s: %s names no metric of ours", page, expr)
			}
			for _, name := range names {
				if !strings.Contains(scraped, "\n"+name+"{") {
					t.Errorf("%s: %s is in no scrape", page, name)
				}
			}
			for _, values := range errorTypes.FindAllStringSubmatch(expr, -1) {
				for value := range strings.SplitSeq(values[1], "|") {
					if !isKind(value) {
						t.Errorf("%s: no error has the kind %q", page, value)
					}
				}
			}
			for _, label := range metrics.FindAllString(strings.Join(labels.FindAllString(expr, -1), " "), -1) {
				if !strings.Contains(scraped, label+`="`) {
					t.Errorf("%s: no scrape has the label %s", page, label)
				}
			}
		}
	}
}

// documentedNames are the names in Prometheus of the tables in
// docs/observability.md.
func documentedNames(t *testing.T) map[string]bool {
	t.Helper()
	page, err := os.ReadFile("../../docs/observability.md")
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]bool)
	for row := range strings.Lines(string(page)) {
		if cells := strings.Split(row, "|"); len(cells) == 6 {
			for _, name := range metrics.FindAllString(cells[2], -1) {
				names[name] = true
			}
		}
	}
	return names
}

// isKind reports whether a text is the name of a kind of errors.
func isKind(name string) bool {
	for kind := kuzu.KindSyntax; kind <= kuzu.KindConfiguration; kind++ {
		if kind.String() == name {
			return true
		}
	}
	return false
}

// expressions lists what a file of YAML or JSON has under the name expr.
func expressions(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file any
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	var found []string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, each := range v {
				walk(each)
			}
		case map[string]any:
			if expr, ok := v["expr"].(string); ok {
				found = append(found, expr)
			}
			for _, each := range v {
				walk(each)
			}
		}
	}
	walk(file)
	return found
}
