package mockserver

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// The scanner takes for JSON what encoding/json does, and, where a value has to
// be read twice, comes to the same end.
func FuzzScanner(f *testing.F) {
	for _, text := range []string{
		``, ` `, `{}`, `[]`, `[1,]`, `{"a":1,}`, `{"a"}`, `{"a":}`, `{1:2}`, `[1 2]`, `nul`, `truex`, `true false`, `-`, `01`, `-0.5e+7`, `1.`, `1e`, `.5`,
		`"a`, `"\u12G4"`, `"\x"`, `"\`, `"\u00e9\n"`, "\"\n\"", `"é"`, `NaN`, `[Infinity]`, `{"a":[{"b":"}],"},null]}`, ` [ 1 , "x" , { "y" : false } ] `,
		strings.Repeat("[", 20_000), strings.Repeat(`{"a":`, 10_001),
	} {
		f.Add(text)
	}
	document := func(text string) string { return `{"free":` + text + `}` }
	branch := func(required string) *openapi3.SchemaRef {
		s := openapi3.NewObjectSchema().WithRequired([]string{required})
		return s.NewRef()
	}
	either := &openapi3.Schema{OneOf: openapi3.SchemaRefs{branch("free"), branch("other")}}
	sh, err := make(shapes).compile(either)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return // encoding/json mends it
		}
		for _, whole := range []string{text, document(text)} {
			s := scanner{text: []byte(whole)}
			if got, want := s.check(anything), json.Valid([]byte(whole)); (got == nil) != want {
				t.Errorf("%q is valid %v, but: %v", whole, want, got)
			}
		}
		var fields map[string]json.RawMessage
		want := json.Unmarshal([]byte(document(text)), &fields) == nil && fields["other"] == nil
		s := scanner{text: []byte(document(text))}
		if got := s.check(sh); (got == nil) != want {
			t.Errorf("%q matches one alternative: %v, but: %v", text, want, got)
		}
	})
}

// What the self-check does not know of schemas is refused, wherever it stands.
func TestShapesRefuseWhatTheyDoNotCheck(t *testing.T) {
	closed := false
	unknown := openapi3.NewStringSchema().NewRef()
	unknown.Value.Not = openapi3.NewStringSchema().NewRef()
	for name, s := range map[string]*openapi3.Schema{
		"itself":      unknown.Value,
		"items":       {Items: unknown},
		"property":    {Properties: openapi3.Schemas{"a": unknown}},
		"additional":  {AdditionalProperties: openapi3.AdditionalProperties{Schema: unknown}},
		"alternative": {AnyOf: openapi3.SchemaRefs{unknown}},
	} {
		if _, err := make(shapes).compile(s); err == nil || !strings.Contains(err.Error(), "which the self-check does not know") {
			t.Errorf("%s: error is %v", name, err)
		}
		doc := &openapi3.T{Paths: openapi3.NewPaths(openapi3.WithPath("/x", &openapi3.PathItem{Get: &openapi3.Operation{
			Responses: openapi3.NewResponses(openapi3.WithStatus(200, &openapi3.ResponseRef{Value: openapi3.NewResponse().WithJSONSchema(s)})),
		}}))}
		if _, err := compileDocument(doc); err == nil || !strings.Contains(err.Error(), "GET /x: 200 application/json: ") {
			t.Errorf("%s: error is %v", name, err)
		}
	}
	if _, err := newAnswerRules(nil, map[string]*openapi3.ResponseRef{"default": nil}); err == nil {
		t.Error("a status that is no number is taken")
	}
	for text, want := range map[string]string{`{"b":1}`: `there must be no field "b"`, `[1,2,3]`: "3 items", `[]`: "0 items", `"xxx"`: "3 characters", `"b"`: "does not match", `9223372036854775808`: "beyond 64 bits"} {
		two := uint64(2)
		s := &openapi3.Schema{
			AdditionalProperties: openapi3.AdditionalProperties{Has: &closed}, Items: openapi3.NewSchemaRef("", &openapi3.Schema{}),
			MinItems: 1, MaxItems: &two, MaxLength: &two, Pattern: "^a", Format: "int64",
		}
		sh, err := make(shapes).compile(s)
		if err != nil {
			t.Fatal(err)
		}
		if got := (&scanner{text: []byte(text)}).check(sh); got == nil || !strings.Contains(got.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, got, want)
		}
	}
}
