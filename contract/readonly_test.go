package contract

import (
	"net/http/httptest"
	"testing"

	"github.com/robosystems/kuzuclient/gen"
	"github.com/robosystems/kuzuclient/mockserver"
)

// TestReadOnlyMock holds a replica against the document: what it refuses, it
// refuses as declared.
func TestReadOnlyMock(t *testing.T) {
	srv, err := mockserver.New(mockserver.Config{Engine: mockserver.NewScripted(), ReadOnly: true, NodeType: "shared_replica"})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(srv)
	t.Cleanup(func() { web.Close(); _ = srv.Close() })
	report, err := Check(t.Context(), Target{URL: web.URL, Can: Ingests})
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range report.Findings {
		t.Error(finding)
	}
	for _, op := range []gen.Operation{
		gen.OpCreateDatabase, gen.OpDeleteDatabase, gen.OpInstallSchema, gen.OpCopyFiles, gen.OpIngestFiles,
		gen.OpCreateBackup, gen.OpDownloadBackup, gen.OpRestoreDatabase,
	} {
		if how := report.Covered[Cell{op.ID, 403, "application/json"}]; how != ForReal {
			t.Errorf("%s: 403 was not seen for real: %s", op.ID, how)
		}
	}
}
