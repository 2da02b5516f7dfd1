package mockserver_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestParameterLimits holds section 6.6: the limits of plain queries, which streams do not
// have.
func TestParameterLimits(t *testing.T) {
	many := func(n int) map[string]any {
		fields := make(map[string]any)
		for i := range n {
			fields[fmt.Sprintf("k%03d", i)] = i
		}
		return fields
	}
	list := func(n, length int) []any {
		items := make([]any, n)
		for i := range items {
			items[i] = strings.Repeat("x", length)
		}
		return items
	}
	const out = "Parameter 'p' numeric value out of bounds"
	tests := map[string]struct {
		parameters map[string]any
		want       string // "" if it is let through
	}{
		"50":                     {many(50), ""},
		"51":                     {many(51), "Too many parameters (max 50)"},
		"51 inside":              {map[string]any{"p": many(51)}, "Too many parameters (max 50)"},
		"100 inside":             {map[string]any{"p": many(100)}, "Too many parameters (max 50)"},
		"101 inside":             {map[string]any{"p": many(101)}, "Parameter 'p' object too large (max 100 keys)"},
		"dotted name":            {map[string]any{"a.b_1": 1}, ""},
		"name with blank":        {map[string]any{"a b": 1}, "Invalid parameter name: a b"},
		"name of digits":         {map[string]any{"1": 1}, "Invalid parameter name: 1"},
		"empty name":             {map[string]any{"": 1}, "Invalid parameter name: "},
		"name inside":            {map[string]any{"p": map[string]any{"x-y": 1}}, "Invalid parameter name: p.x-y"},
		"string of 10,000":       {map[string]any{"p": strings.Repeat("ä", 10_000)}, ""},
		"string of 10,001":       {map[string]any{"p": strings.Repeat("ä", 10_001)}, "Parameter 'p' value too long (max 10000 characters)"},
		"list of 1000":           {map[string]any{"p": list(1000, 1)}, ""},
		"list of 1001":           {map[string]any{"p": list(1001, 1)}, "Parameter 'p' array too large (max 1000 elements)"},
		"list of 50,000 bytes":   {map[string]any{"p": list(50, 1000)}, ""},
		"list of 50,001 bytes":   {map[string]any{"p": append(list(50, 1000), "x")}, "Parameter 'p' array total size too large"},
		"elements one by one":    {map[string]any{"p": []any{1e300, "x y"}}, ""},
		"1e15":                   {map[string]any{"p": int64(1e15)}, ""},
		"1e15 + 1":               {map[string]any{"p": int64(1e15 + 1)}, out},
		"-1e15 - 1":              {map[string]any{"p": int64(-1e15 - 1)}, out},
		"float":                  {map[string]any{"p": 1.1e15}, out},
		"beyond int64":           {map[string]any{"p": uint64(1 << 63)}, out},
		"null, bool, empty":      {map[string]any{"a": nil, "b": true, "c": "", "d": []any{}}, ""},
		"limits inside objects":  {map[string]any{"p": map[string]any{"q": int64(2e15)}}, "Parameter 'p.q' numeric value out of bounds"},
		"the first fault counts": {map[string]any{"a": int64(2e15), "b c": 1}, "Parameter 'a' numeric value out of bounds"},
	}
	eachServer(t, func(t *testing.T, a *api) {
		a.post("/databases", `{"graph_id":"g"}`)
		for name, tt := range tests {
			body, err := json.Marshal(map[string]any{"database": "g", "cypher": "RETURN 1", "parameters": tt.parameters})
			if err != nil {
				t.Fatal(err)
			}
			r := a.post("/databases/g/query", string(body))
			if refused := strings.Contains(r.body, tt.want) && r.status == 400; tt.want != "" && !refused || tt.want == "" && r.status == 400 {
				t.Errorf("%s: got %d %s, want %q", name, r.status, r.body, tt.want)
			}
			if r = a.post("/databases/g/query?streaming=true", string(body)); r.status != 200 {
				t.Errorf("%s, streaming: got %d %s", name, r.status, r.body)
			}
		}
	})
}
