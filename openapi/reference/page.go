package reference

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
)

//go:embed page.html.tmpl
var layout string

//go:embed style.css
var style string

var pageTemplate = template.Must(template.New("page").Parse(layout))

// commonMark renders descriptions; tables are what the document has beyond
// CommonMark. Raw HTML in a description is left out.
var commonMark = goldmark.New(goldmark.WithExtensions(extension.Table))

func markdown(text string) template.HTML {
	var b bytes.Buffer
	if err := commonMark.Convert([]byte(text), &b); err != nil {
		return template.HTML(template.HTMLEscapeString(text)) //nolint:gosec // escaped
	}
	return template.HTML(b.String()) //nolint:gosec // the renderer escapes
}

// HTML returns the page for an API document in YAML, OpenAPI 3.0.
func HTML(document []byte) ([]byte, error) {
	doc, err := parse(document)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, newPage(doc)); err != nil {
		return nil, fmt.Errorf("API reference: %w", err)
	}
	return b.Bytes(), nil
}
