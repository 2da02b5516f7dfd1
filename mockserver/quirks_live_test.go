package mockserver_test

import (
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

// Quirks come and go on a running server, a hidden route with them.
func TestSetQuirks(t *testing.T) {
	a := start(t, scripted(t))
	a.create("g", "CREATE NODE TABLE P(id INT64, PRIMARY KEY(id))")
	for _, quirks := range []mockserver.Quirks{0, mockserver.QuirksDeployed, mockserver.QuirkNoIngest, 0} {
		if err := a.server.SetQuirks(quirks); err != nil {
			t.Fatal(err)
		}
		if got := a.server.Quirks(); got != quirks {
			t.Errorf("quirks are %q, want %q", got, quirks)
		}
		ingest := a.post("/databases/g/ingest", "{}").status
		if hidden := ingest == 404; hidden != quirks.Has(mockserver.QuirkNoIngest) {
			t.Errorf("quirks %q: ingest answers %d", quirks, ingest)
		}
		schema := a.get("/databases/g/schema").body
		if empty := strings.Contains(schema, `"properties":[]`); empty != quirks.Has(mockserver.QuirkNoProperties) {
			t.Errorf("quirks %q: the schema is %s", quirks, schema)
		}
	}
	if err := a.server.SetQuirks(^mockserver.Quirks(0)); err == nil || !strings.Contains(err.Error(), "stand for nothing") {
		t.Errorf("unknown bits: %v", err)
	}
	if got := a.server.Quirks(); got != 0 {
		t.Errorf("a refused set leaves %q", got)
	}
}
