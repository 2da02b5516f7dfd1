package contract_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/robosystems/kuzuclient/"

// rules say what a room must not reach, directly or through others. Names
// without a dot in their first segment are rooms of this module.
var rules = []struct {
	room      string
	forbidden []string
}{
	{"openapi", []string{"gen", "transport", "kuzu", "mockserver"}},
	{"gen", []string{"transport", "kuzu", "mockserver", "internal", "gen/server", "github.com/getkin/kin-openapi", "github.com/oapi-codegen/oapi-codegen", "runtime/cgo"}},
	{"gen/server", []string{"transport", "kuzu", "mockserver", "internal", "github.com/getkin/kin-openapi", "github.com/oapi-codegen/oapi-codegen", "runtime/cgo"}},
	{"internal/cypher", []string{"gen", "transport", "kuzu", "mockserver"}},
	{"resilience", []string{"openapi", "gen", "transport", "kuzu", "mockserver", "internal", "net/http", "runtime/cgo"}},
	{"resilience/page", []string{"openapi", "gen", "transport", "kuzu", "mockserver", "internal", "runtime/cgo"}},
	{"transport", []string{"factory", "internal/planted", "github.com/aws", "github.com/redis", "go.opentelemetry.io/otel/sdk", "kuzu", "mockserver", "openapi", "gen/server", "github.com/getkin/kin-openapi", "runtime/cgo"}},
	{"kuzu", []string{"factory", "internal/planted", "github.com/aws", "github.com/redis", "go.opentelemetry.io/otel/sdk", "mockserver", "openapi", "gen/server", "github.com/kuzudb", "github.com/getkin/kin-openapi", "github.com/oapi-codegen/oapi-codegen", "runtime/cgo"}},
	{"factory", []string{"internal/planted", "mockserver", "openapi", "gen/server", "github.com/kuzudb", "github.com/getkin/kin-openapi", "github.com/oapi-codegen/oapi-codegen",
		"github.com/alicebob", "go.opentelemetry.io/otel/sdk", "github.com/prometheus", "runtime/cgo"}},
	{"cmd/kuzuctl", []string{"internal/planted", "mockserver", "openapi", "gen/server", "github.com/kuzudb", "github.com/getkin/kin-openapi", "runtime/cgo"}},
	{"mockserver/dynamo", []string{"factory", "kuzu", "transport", "internal", "github.com/aws", "github.com/redis", "runtime/cgo"}},
	{"mockserver/fleet", []string{"factory", "kuzu", "transport", "internal", "github.com/aws", "github.com/redis", "github.com/kuzudb", "github.com/oapi-codegen/oapi-codegen", "runtime/cgo"}},
	{"mockserver", []string{"factory", "github.com/aws", "github.com/redis", "kuzu", "transport", "internal", "github.com/kuzudb", "github.com/oapi-codegen/oapi-codegen", "runtime/cgo"}},
	{"mockserver/kuzuengine", []string{"kuzu", "transport", "internal"}},
}

// standard are the packages of the standard library among the forbidden ones.
var standard = []string{"net/http", "runtime/cgo"}

// TestArchitecture holds the arrows between the rooms, which point down only.
func TestArchitecture(t *testing.T) {
	for _, rule := range rules {
		t.Run(rule.room, func(t *testing.T) {
			for _, dep := range dependencies(t, rule.room) {
				for _, forbidden := range rule.forbidden {
					if !strings.Contains(strings.SplitN(forbidden, "/", 2)[0], ".") && !slices.Contains(standard, forbidden) {
						forbidden = module + forbidden
					}
					if dep == forbidden || strings.HasPrefix(dep, forbidden+"/") && !strings.HasPrefix(module+rule.room, dep) {
						t.Errorf("%s reaches %s", rule.room, dep)
					}
				}
			}
		})
	}
}

// TestArchitectureSeesForbiddenImports proves that the list of dependencies that
// the test above searches is a real one.
func TestArchitectureSeesForbiddenImports(t *testing.T) {
	deps := dependencies(t, "kuzu")
	for _, want := range []string{module + "transport", module + "gen", module + "internal/cypher", "net/http"} {
		if !slices.Contains(deps, want) {
			t.Errorf("kuzu does not reach %s", want)
		}
	}
}

// dependencies lists all that a room reaches when built without cgo, as its
// importers may build it.
func dependencies(t *testing.T, room string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "./"+room)
	cmd.Dir = ".."
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return strings.Fields(string(out))
}
