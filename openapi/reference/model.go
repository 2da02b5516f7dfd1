package reference

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
)

// page is what the template shows.
type page struct {
	Title, Version string
	Intro          template.HTML
	License, Site  string
	Servers        []server
	Keys           []member
	Groups         []group
	Schemas        []schema
	CSS            template.CSS
}

type server struct {
	URL, Description string
	Variables        []member
}

// group is a tag with its operations.
type group struct {
	Name, Description string
	Operations        []operation
}

type operation struct {
	ID, Method, Path, Summary string
	Description               template.HTML
	Access                    string // read, write or statement
	Repeatable                bool   // done twice it leaves what it leaves when done once
	Open                      bool   // needs no key
	Parameters                []member
	Body                      []content
	BodyRequired              bool
	Responses                 []response
}

type response struct {
	Status      string
	Description template.HTML
	Content     []content
}

// content is a body of one media type.
type content struct {
	Media    string
	Type     template.HTML
	Examples []example
}

type example struct{ Name, Text string }

type schema struct {
	Name        string
	Description template.HTML
	Type        template.HTML
	Members     []member
}

// member is a row of a table: a property, a parameter, a setting.
type member struct {
	Name, Where string
	Required    bool
	Type        template.HTML
	Description template.HTML
	Example     string
}

// methods are the keys of a path that are operations.
var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

func newPage(doc node) page {
	info := doc.get("info")
	p := page{
		Title: info.get("title").text(), Version: info.get("version").text(),
		Intro: markdown(info.get("description").text()), License: info.get("license").get("name").text(),
		Site: info.get("contact").get("url").text(), CSS: template.CSS(style), //nolint:gosec // our own file
	}
	for _, s := range doc.get("servers").items() {
		entry := server{URL: s.get("url").text(), Description: s.get("description").text()}
		for _, v := range s.get("variables").entries() {
			entry.Variables = append(entry.Variables, member{Name: v.name, Example: v.value.get("default").text(), Description: markdown(v.value.get("description").text())})
		}
		p.Servers = append(p.Servers, entry)
	}
	components := doc.get("components")
	for _, key := range components.get("securitySchemes").entries() {
		name := key.value.get("name").text()
		if name == "" {
			name = "Authorization: Bearer"
		}
		p.Keys = append(p.Keys, member{Name: name, Description: markdown(key.value.get("description").text())})
	}
	for _, tag := range doc.get("tags").items() {
		p.Groups = append(p.Groups, group{Name: tag.get("name").text(), Description: tag.get("description").text()})
	}
	for _, path := range doc.get("paths").entries() {
		for _, method := range path.value.entries() {
			if slices.Contains(methods, method.name) {
				p.add(newOperation(path, method))
			}
		}
	}
	for _, s := range components.get("schemas").entries() {
		p.Schemas = append(p.Schemas, newSchema(s))
	}
	return p
}

func (p *page) add(op operation, tag string) {
	i := slices.IndexFunc(p.Groups, func(g group) bool { return g.Name == tag })
	if i < 0 {
		i = len(p.Groups)
		p.Groups = append(p.Groups, group{Name: tag})
	}
	p.Groups[i].Operations = append(p.Groups[i].Operations, op)
}

func newOperation(path, method entry) (op operation, tag string) {
	n := method.value
	security := n.get("security")
	op = operation{
		ID: n.get("operationId").text(), Method: strings.ToUpper(method.name), Path: path.name,
		Summary: n.get("summary").text(), Description: markdown(n.get("description").text()),
		Access: n.get("x-kuzu-access").text(), Repeatable: n.get("x-kuzu-idempotent").text() == "true",
		Open:         security.exists() && len(security.items()) == 0,
		Body:         contents(n.get("requestBody")),
		BodyRequired: n.get("requestBody").get("required").text() == "true",
	}
	for _, parameter := range slices.Concat(path.value.get("parameters").items(), n.get("parameters").items()) {
		op.Parameters = append(op.Parameters, member{
			Name: parameter.get("name").text(), Where: parameter.get("in").text(),
			Required: parameter.get("required").text() == "true", Type: typeOf(parameter.get("schema")),
			Description: markdown(parameter.get("description").text()), Example: parameter.get("example").text(),
		})
	}
	for _, r := range n.get("responses").entries() {
		op.Responses = append(op.Responses, response{Status: r.name, Description: markdown(r.value.get("description").text()), Content: contents(r.value)})
	}
	if tags := n.get("tags").words(); len(tags) > 0 {
		tag = tags[0]
	}
	return op, tag
}

// contents lists the media types of a body.
func contents(body node) []content {
	var list []content
	for _, media := range body.get("content").entries() {
		c := content{Media: media.name, Type: typeOf(media.value.get("schema"))}
		if e := media.value.get("example"); e.exists() {
			c.Examples = append(c.Examples, example{Text: bodyText(media.name, e)})
		}
		for _, e := range media.value.get("examples").entries() {
			c.Examples = append(c.Examples, example{Name: e.value.get("summary").text(), Text: bodyText(media.name, e.value.get("value"))})
		}
		list = append(list, c)
	}
	return list
}

// bodyText shows an example as it would look on the wire, or close to it.
func bodyText(media string, value node) string {
	if strings.Contains(media, "json") || value.text() == "" {
		return value.json()
	}
	return value.text()
}

func newSchema(e entry) schema {
	s := schema{Name: e.name, Description: markdown(e.value.get("description").text()), Type: typeOf(e.value)}
	required := e.value.get("required").words()
	for _, property := range e.value.get("properties").entries() {
		s.Members = append(s.Members, member{
			Name: property.name, Required: slices.Contains(required, property.name),
			Type: typeOf(property.value), Description: markdown(property.value.get("description").text()),
		})
	}
	return s
}

// typeOf says in a few words what a value may be; named types are links.
func typeOf(s node) template.HTML {
	if ref := s.ref(); ref != "" {
		name := template.HTMLEscapeString(target(ref))
		return template.HTML(fmt.Sprintf(`<a href="#schema-%s">%s</a>`, name, name)) //nolint:gosec // escaped above
	}
	for _, key := range []string{"oneOf", "anyOf", "allOf"} {
		var parts []string
		for _, option := range s.get(key).items() {
			parts = append(parts, string(typeOf(option)))
		}
		if parts != nil {
			return template.HTML(strings.Join(parts, map[string]string{"oneOf": " or ", "anyOf": " or ", "allOf": " and "}[key])) //nolint:gosec // made of escaped parts
		}
	}
	var b strings.Builder
	switch word := s.get("type").text(); word {
	case "":
		b.WriteString("any")
	case "array":
		b.WriteString("array of " + string(typeOf(s.get("items"))))
	default:
		template.HTMLEscape(&b, []byte(word))
	}
	for _, limit := range limits(s) {
		b.WriteString(`<span class="limit">` + template.HTMLEscapeString(limit) + `</span>`)
	}
	return template.HTML(b.String()) //nolint:gosec // escaped above
}

// limits lists what else a schema demands of a value.
func limits(s node) []string {
	var list []string
	if values := s.get("enum").words(); values != nil {
		list = append(list, "one of "+strings.Join(values, ", "))
	}
	for _, rule := range []struct{ key, words string }{
		{"format", "%s"}, {"pattern", "matches %s"}, {"minLength", "at least %s characters"}, {"maxLength", "at most %s characters"},
		{"minimum", "at least %s"}, {"maximum", "at most %s"}, {"maxItems", "at most %s elements"}, {"default", "default %s"},
	} {
		if v := s.get(rule.key); v.exists() {
			list = append(list, fmt.Sprintf(rule.words, v.text()))
		}
	}
	if s.get("nullable").text() == "true" {
		list = append(list, "or null")
	}
	return list
}
