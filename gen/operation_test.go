package gen_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/gen"
)

func TestFindOperation(t *testing.T) {
	tests := []struct {
		method, path string
		want         gen.Operation // zero if there is none
	}{
		{"POST", "/databases/kg1/query", gen.OpQueryDatabase},
		{"GET", "/databases", gen.OpListDatabases},
		{"POST", "/databases", gen.OpCreateDatabase},
		{"DELETE", "/databases/kg1", gen.OpDeleteDatabase},
		{"GET", "/databases/metrics", gen.OpGetDatabase},
		{"GET", "/databases/kg1/metrics", gen.OpGetDatabaseMetrics},
		{"GET", "/databases/a%20b/schema", gen.OpGetSchema},
		{"GET", "/tasks/stats", gen.OpGetTaskStats},
		{"GET", "/tasks/stats/status", gen.OpGetTask},
		{"GET", "/health", gen.OpGetHealth},
		{"HEAD", "/health", gen.Operation{}},
		{"get", "/health", gen.Operation{}},
		{"GET", "/health/", gen.Operation{}},
		{"GET", "health", gen.Operation{}},
		{"GET", "", gen.Operation{}},
		{"GET", "/", gen.Operation{}},
		{"GET", "/tasks/t1", gen.Operation{}},
		{"GET", "/tasks//status", gen.Operation{}},
		{"POST", "/databases//query", gen.Operation{}},
		{"POST", "/databases/a/b/query", gen.Operation{}},
		{"POST", "/v1/databases/kg1/query", gen.Operation{}},
		{"GET", "/databases/kg1/query", gen.Operation{}},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			got, ok := gen.FindOperation(tt.method, tt.path)
			if got != tt.want || ok != (tt.want != gen.Operation{}) {
				t.Errorf("got %+v, %t", got, ok)
			}
		})
	}
}

func TestOperationsAreCompleteAndFoundByTheirOwnPaths(t *testing.T) {
	ops := gen.Operations()
	if len(ops) == 0 {
		t.Fatal("there are no operations")
	}
	ids := map[string]bool{}
	for _, op := range ops {
		if ids[op.ID] {
			t.Errorf("%s is there twice", op.ID)
		}
		ids[op.ID] = true
		if word := op.Access.String(); !slices.Contains([]string{"read", "write", "statement"}, word) {
			t.Errorf("%s: access is %s", op.ID, word)
		}
		if op.Access == gen.AccessRead && !op.Idempotent {
			t.Errorf("%s reads and is not idempotent", op.ID)
		}
		path := strings.NewReplacer("{", "", "}", "").Replace(op.Path)
		if got, ok := gen.FindOperation(op.Method, path); !ok || got != op {
			t.Errorf("%s %s is taken for %+v, %t", op.Method, path, got, ok)
		}
	}
}

// FindOperation takes the first match, which is the most specific one because
// of this order.
func TestOperationsAreInOrderOfPaths(t *testing.T) {
	if !slices.IsSortedFunc(gen.Operations(), func(a, b gen.Operation) int { return strings.Compare(a.Path, b.Path) }) {
		t.Error("they are not")
	}
}

func TestOperationsBelongToTheCaller(t *testing.T) {
	gen.Operations()[0].Path = "/elsewhere"
	if gen.Operations()[0].Path == "/elsewhere" {
		t.Error("a caller changed the table")
	}
}

func TestFindOperationDoesNotAllocate(t *testing.T) {
	allocs := testing.AllocsPerRun(100, func() {
		if _, ok := gen.FindOperation("GET", "/tasks/ingest_1/status"); !ok {
			t.Fatal("not found")
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func TestAccessString(t *testing.T) {
	for access, want := range map[gen.Access]string{
		0: "Access(0)", gen.AccessRead: "read", gen.AccessWrite: "write", gen.AccessStatement: "statement", 9: "Access(9)",
	} {
		if got := access.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
