package contract

import "testing"

// Run holds a server against the API document. Each deviation fails the test,
// and so does a coverage below threshold, from 0 to 1, of what is within the
// target's reach. It logs the table of what was seen.
func Run(t *testing.T, target Target, threshold float64) {
	t.Helper()
	report, err := Check(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range report.Findings {
		t.Error(finding)
	}
	t.Logf("coverage of the API document:\n%s", report.Table())
	if report.Coverage() < threshold {
		t.Errorf("%.1f %% of the document's answers within reach were seen; at least %.1f %% are wanted", 100*report.Coverage(), 100*threshold)
	}
}
