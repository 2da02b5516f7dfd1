package mockserver

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// answerRules are the answers that the document gives an operation, by status.
type answerRules map[int]mediaRules

// mediaRules are the bodies of an answer by media type. Without any the body has
// to be empty.
type mediaRules map[string]*shape

// Media types that are checked piece by piece.
const (
	mediaJSON   = "application/json"
	mediaNDJSON = "application/x-ndjson"
	mediaEvents = "text/event-stream"
)

// document is the API document as the server checks by it, made once.
type compiledDocument struct {
	*openapi3.T
	answers map[*openapi3.Operation]answerRules
	none    answerRules // of paths and methods that are no operation
}

func compileDocument(doc *openapi3.T) (*compiledDocument, error) {
	all := make(shapes)
	d := &compiledDocument{T: doc, answers: make(map[*openapi3.Operation]answerRules)}
	for _, path := range doc.Paths.Keys() {
		for method, op := range doc.Paths.Value(path).Operations() {
			rules, err := newAnswerRules(all, op.Responses.Map())
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", method, path, err)
			}
			d.answers[op] = rules
		}
	}
	// What the document says in its description: these belong to no operation.
	words := doc.Components.Schemas["ErrorMessage"]
	inWords := &openapi3.ResponseRef{Value: &openapi3.Response{Content: openapi3.NewContentWithJSONSchemaRef(words)}}
	redirect := &openapi3.ResponseRef{Value: &openapi3.Response{}}
	shared := doc.Components.Responses
	var err error
	d.none, err = newAnswerRules(all, map[string]*openapi3.ResponseRef{
		"307": redirect, "404": inWords, "405": inWords,
		"401": shared["Unauthorized"], "413": shared["TooLarge"], "429": shared["LockedOut"], "500": shared["ServerError"],
	})
	return d, err
}

func newAnswerRules(all shapes, responses map[string]*openapi3.ResponseRef) (answerRules, error) {
	rules := make(answerRules, len(responses))
	for status, ref := range responses {
		code, err := strconv.Atoi(status)
		if err != nil {
			return nil, fmt.Errorf("the self-check knows no status %q", status)
		}
		rules[code] = make(mediaRules, len(ref.Value.Content))
		for media, content := range ref.Value.Content {
			if rules[code][media], err = all.compile(content.Schema.Value); err != nil {
				return nil, fmt.Errorf("%s %s: %w", status, media, err)
			}
		}
	}
	return rules, nil
}

// find returns the shape of an answer's body, and an error if the document has
// no such answer. The shape is nil if the body has to be empty.
func (rules answerRules) find(status int, header http.Header) (media string, sh *shape, err error) {
	medias, ok := rules[status]
	if !ok {
		return "", nil, fmt.Errorf("the document has no %d for this operation", status)
	}
	contentType := ""
	if given := header["Content-Type"]; len(given) > 0 {
		contentType = given[0]
	}
	media, _, _ = strings.Cut(contentType, ";")
	if len(medias) == 0 && media == "" {
		return "", nil, nil
	}
	sh, ok = medias[media]
	if !ok {
		return "", nil, fmt.Errorf("the document has no %q for %d, but %s", contentType, status,
			strings.Join(slices.Sorted(maps.Keys(medias)), ", "))
	}
	return media, sh, nil
}
