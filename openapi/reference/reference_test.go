package reference_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/robosystems/kuzuclient/openapi"
	"github.com/robosystems/kuzuclient/openapi/reference"
)

func page(t *testing.T) string {
	t.Helper()
	html, err := reference.HTML(openapi.Document)
	if err != nil {
		t.Fatal(err)
	}
	return string(html)
}

func TestEverythingIsThere(t *testing.T) {
	html := page(t)
	doc, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range doc.Paths.Map() {
		if !strings.Contains(html, "<code>"+path+"</code>") {
			t.Errorf("path %s is missing", path)
		}
		for _, op := range item.Operations() {
			start := strings.Index(html, `<article id="`+op.OperationID+`">`)
			if start < 0 {
				t.Errorf("operation %s is missing", op.OperationID)
				continue
			}
			article := html[start : start+strings.Index(html[start:], "</article>")]
			for status := range op.Responses.Map() {
				if !strings.Contains(article, ">"+status+"</b>") {
					t.Errorf("operation %s lacks response %s", op.OperationID, status)
				}
			}
		}
	}
	for name, schema := range doc.Components.Schemas {
		start := strings.Index(html, `<article id="schema-`+name+`">`)
		if start < 0 {
			t.Errorf("schema %s is missing", name)
			continue
		}
		article := html[start : start+strings.Index(html[start:], "</article>")]
		for property := range schema.Value.Properties {
			if !strings.Contains(article, "<code>"+property+"</code>") {
				t.Errorf("schema %s lacks property %s", name, property)
			}
		}
	}
}

// A page that needs the network is of no use inside a private one.
func TestNothingFromElsewhere(t *testing.T) {
	html := page(t)
	for _, pattern := range []string{`<script`, `<link`, `<img`, `<iframe`, `\ssrc=`, `url\(`, `@import`} {
		if found := regexp.MustCompile(pattern).FindString(html); found != "" {
			t.Errorf("the page holds %q", found)
		}
	}
}

func TestLinksLeadSomewhere(t *testing.T) {
	html := page(t)
	var ids []string
	for _, match := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(html, -1) {
		if slices.Contains(ids, match[1]) {
			t.Errorf("two places are called %q", match[1])
		}
		ids = append(ids, match[1])
	}
	for _, match := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(html, -1) {
		if !slices.Contains(ids, match[1]) {
			t.Errorf("#%s leads nowhere", match[1])
		}
	}
}

func TestExamplesAreVerbatim(t *testing.T) {
	html := page(t)
	for _, want := range []string{
		"&#34;since&#34;: 20100214153210447",           // all digits
		"&#34;utilization_percent&#34;: 10.0",          // as a float
		"&#34;last_accessed&#34;: null",                // null, not "null"
		"&#34;uptime_seconds&#34;: 86400.12,\n  &#34;", // in the document's order, indented
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestMarkupInDescriptionsIsHarmless(t *testing.T) {
	html, err := reference.HTML([]byte(`
info: {title: <b>T</b>, description: 'a **bold** word <script>alert(1)</script>'}
paths:
  /x:
    get:
      operationId: x
      summary: <i>s</i>
      responses:
        '200': {description: ok, content: {application/json: {schema: {type: <u>}, example: {'</pre>': 1}}}}
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "<b>T", "<i>s", "<u>", "</pre>&#34;", "\"</pre>"} {
		if strings.Contains(string(html), bad) {
			t.Errorf("the page holds %s", bad)
		}
	}
	if !strings.Contains(string(html), "<strong>bold</strong>") {
		t.Error("markdown is not rendered")
	}
}

func TestNotADocument(t *testing.T) {
	for _, text := range []string{"", "a: [", "\t"} {
		if _, err := reference.HTML([]byte(text)); err == nil || !strings.Contains(err.Error(), "API document") {
			t.Errorf("%q: error %v", text, err)
		}
	}
}
