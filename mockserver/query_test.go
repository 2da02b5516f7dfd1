package mockserver_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestQuery(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g", socialDDL)
		for _, tt := range []struct{ cypher, parameters, answer string }{
			{"RETURN 1", "", `"columns":["1"],"data":[{"1":1}]|1`},
			{bigNumber, "", `"columns":["big"],"data":[{"big":20100214153210447}]|1`},
			{count(0), "", `"columns":["i"],"data":[]|0`},
			{addPerson, "", `"columns":[],"data":[]|0`},
			{"CREATE NODE TABLE More(id INT64, PRIMARY KEY(id))", "", `"columns":["result"],"data":[{"result":"Table More has been created."}]|1`},
			{echo, `{"p":null}`, `"columns":["p"],"data":[{"p":null}]|1`},
			{echo, `{"p":true}`, `"columns":["p"],"data":[{"p":true}]|1`},
			{echo, `{"p":7}`, `"columns":["p"],"data":[{"p":7}]|1`},
			{echo, `{"p":-999999999999999}`, `"columns":["p"],"data":[{"p":-999999999999999}]|1`},
			{echo, `{"p":1.0}`, `"columns":["p"],"data":[{"p":1.0}]|1`},
			{echo, `{"p":1e2}`, `"columns":["p"],"data":[{"p":100.0}]|1`},
			{echo, `{"p":0.1}`, `"columns":["p"],"data":[{"p":0.1}]|1`},
			{echo, `{"p":""}`, `"columns":["p"],"data":[{"p":""}]|1`},
			{echo, `{"p":"Zoë <&> \u2028\n\ud83d\ude00"}`, `"columns":["p"],"data":[{"p":"Zoë <&> ` + "\u2028" + `\n😀"}]|1`},
			{echo, `{"p":[1,300,70000]}`, `"columns":["p"],"data":[{"p":[1,300,70000]}]|1`},
			{echo, `{"p":[["a"],["b","c"]]}`, `"columns":["p"],"data":[{"p":[["a"],["b","c"]]}]|1`},
			{echo, `{"p":{"zeta":1,"alpha":{"x":"y"}}}`, `"columns":["p"],"data":[{"p":{"zeta":1,"alpha":{"x":"y"}}}]|1`},
		} {
			r := a.query("g", tt.cypher, tt.parameters)
			answer, rows, _ := strings.Cut(tt.answer, "|")
			r.is(200, fmt.Sprintf(`{%s,"database":"g","execution_time_ms":<n>,"row_count":%s}`, answer, rows))
			if got := r.header.Get("Content-Type"); got != "application/json" {
				t.Errorf("content type is %q", got)
			}
		}
	})
}

// Parameters of any size keep their digits in a stream, which does not limit
// them.
func TestStreamParameters(t *testing.T) {
	eachEngine(t, func(t *testing.T, a *api) {
		a.create("g", "")
		for sent, want := range map[string]string{
			"-20100214153210447":   "-20100214153210447",
			"-9223372036854775808": "-9223372036854775808",
			"18446744073709551615": "18446744073709551615",
			"18446744073709551616": "1.8446744073709552e+19",
		} {
			r := a.post("/databases/g/query?streaming=true", queryBody(echo, `{"p":`+sent+`}`))
			if !strings.Contains(r.body, `"data": [{"p": `+want+`}]`) {
				t.Errorf("%s came back as %s", sent, r.body)
			}
		}
	})
}
