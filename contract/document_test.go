package contract_test

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/robosystems/kuzuclient/openapi"
)

// TestDocument holds what the linters of the document do not look for: an
// example wherever a body is, what each property is, which the generated code
// repeats, and what the retry rules need to know.
func TestDocument(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(doc.Paths.Map()) == 0 {
		t.Fatal("the document has no paths")
	}
	requireDescriptions(t, doc.Components.Schemas)
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			name := method + " " + path
			switch op.Extensions["x-kuzu-access"] {
			case "read", "write", "statement":
			default:
				t.Errorf("%s: x-kuzu-access is %v", name, op.Extensions["x-kuzu-access"])
			}
			if _, ok := op.Extensions["x-kuzu-idempotent"].(bool); !ok {
				t.Errorf("%s: x-kuzu-idempotent is %v", name, op.Extensions["x-kuzu-idempotent"])
			}
			if op.RequestBody != nil {
				requireExamples(t, name+" request", op.RequestBody.Value.Content)
			}
			for status, response := range op.Responses.Map() {
				if len(response.Value.Content) == 0 {
					t.Errorf("%s %s: no body", name, status)
				}
				requireExamples(t, name+" "+status, response.Value.Content)
			}
		}
	}
}

// requireDescriptions asks what each schema and each property of it is. What only
// refers to another schema is described there.
func requireDescriptions(t *testing.T, schemas openapi3.Schemas) {
	t.Helper()
	for name, schema := range schemas {
		if schema.Value.Description == "" {
			t.Errorf("schema %s: no description", name)
		}
		for property, s := range schema.Value.Properties {
			if s.Value.Description == "" {
				t.Errorf("schema %s: no description of %s", name, property)
			}
		}
	}
}

func requireExamples(t *testing.T, name string, content openapi3.Content) {
	t.Helper()
	for media, body := range content {
		if body.Example == nil && len(body.Examples) == 0 {
			t.Errorf("%s %s: no example", name, media)
		}
		if body.Schema == nil {
			t.Errorf("%s %s: no schema", name, media)
		}
	}
}
