package mockserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/robosystems/kuzuclient/gen/server"
)

// requestRules are what the API document says of an operation's query
// parameters and JSON body. Faults are reported in the form of the deployed
// server's framework, one entry a fault.
type requestRules struct {
	query    []*openapi3.Parameter
	body     *openapi3.Schema // nil if the operation takes no JSON
	required bool
}

func newRequestRules(op *openapi3.Operation) *requestRules {
	rules := &requestRules{}
	for _, ref := range op.Parameters {
		if ref.Value.In == openapi3.ParameterInQuery {
			rules.query = append(rules.query, ref.Value)
		}
	}
	if op.RequestBody != nil {
		if media := op.RequestBody.Value.Content["application/json"]; media != nil {
			rules.body = media.Schema.Value
			rules.required = op.RequestBody.Value.Required
		}
	}
	return rules
}

// check returns the faults of a request. If there are none, the request that it
// returns carries the checked body for [decodeBody]. A lenient check lets pass
// what it can: a parameter with a fault counts as not sent, and a body is handed
// on as it is.
func (rules *requestRules) check(r *http.Request, lenient bool) (*http.Request, []server.ValidationIssue) {
	c := &checker{}
	var query url.Values
	if r.URL.RawQuery != "" && len(rules.query) > 0 {
		query = r.URL.Query()
	}
	for _, p := range rules.query {
		if given := query[p.Name]; len(given) > 0 {
			faults := len(c.issues)
			query.Set(p.Name, c.parameter(p, given[len(given)-1])) // of several the last counts
			if lenient && len(c.issues) > faults {
				query.Del(p.Name)
			}
		}
	}
	if query != nil {
		r = r.Clone(r.Context())
		r.URL.RawQuery = query.Encode()
	}
	if rules.body != nil {
		raw, value, ok := c.readBody(r, rules.required)
		if ok {
			value = c.value(rules.body, value, []any{"body"})
			if c.changed {
				raw, _ = json.Marshal(value) // it came from JSON
			}
			r = r.WithContext(context.WithValue(r.Context(), bodyKey{}, requestBody{raw, !lenient}))
		}
	}
	if lenient && !c.unread {
		return r, nil
	}
	return r, c.issues
}

type bodyKey struct{}

type requestBody struct {
	text    []byte
	checked bool
}

// decodeBody fills target from the body that [requestRules.check] let pass. A
// missing optional body leaves it untouched, and so does, in a body that was not
// checked, each value of a wrong type.
func decodeBody(r *http.Request, target any) {
	body, _ := r.Context().Value(bodyKey{}).(requestBody)
	if len(body.text) == 0 {
		return
	}
	dec := json.NewDecoder(bytes.NewReader(body.text))
	dec.UseNumber() // numbers where anything goes may be larger than a float64
	if err := dec.Decode(target); err != nil && body.checked {
		panic("mockserver: the document allows what its type does not: " + err.Error())
	}
}

// readBody reads and parses a JSON body. Anything but JSON counts as text that
// is not an object.
func (c *checker) readBody(r *http.Request, required bool) (raw []byte, value any, ok bool) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxOtherBody+1))
	at := []any{"body"}
	switch {
	case err != nil:
		c.unread = true
		c.add("json_invalid", []any{"body", len(raw)}, "JSON decode error", struct{}{}, map[string]any{"error": "the body breaks off"})
		return nil, nil, false
	case len(raw) > maxOtherBody:
		c.unread = true
		c.add("too_long", at, "Body should have at most 10485760 bytes", nil, map[string]any{"max_length": maxOtherBody})
		return nil, nil, false
	case len(raw) == 0:
		if required {
			c.add("missing", at, "Field required", nil, nil)
		}
		return nil, nil, false
	case !isJSON(r.Header.Get("Content-Type")):
		c.add("model_attributes_type", at, "Input should be a valid dictionary or object to extract fields from", string(raw), nil)
		return nil, nil, false
	}
	numbered := replaceWords(raw, nanNumber)
	dec := json.NewDecoder(bytes.NewReader(numbered))
	dec.UseNumber()
	if err = dec.Decode(&value); err == nil {
		if _, err = dec.Token(); errors.Is(err, io.EOF) {
			return numbered, value, true
		}
	}
	offset, reason := jsonFault(replaceWords(raw, nanPlace))
	c.add("json_invalid", []any{"body", offset}, "JSON decode error", struct{}{}, map[string]any{"error": reason})
	return nil, nil, false
}

// isJSON accepts application/json, application/*+json, and no type at all.
func isJSON(contentType string) bool {
	if contentType == "" {
		return true
	}
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && (media == "application/json" ||
		strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+json"))
}

// parameter checks a query parameter and returns it in its plain spelling.
func (c *checker) parameter(p *openapi3.Parameter, text string) string {
	at := []any{"query", p.Name}
	s := p.Schema.Value
	switch {
	case s.Type.Is(openapi3.TypeBoolean):
		if value, ok := boolean(text); ok {
			return strconv.FormatBool(value)
		}
		c.add("bool_parsing", at, "Input should be a valid boolean, unable to interpret input", text, nil)
	case s.Type.Is(openapi3.TypeInteger):
		n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		if err != nil {
			c.add("int_parsing", at, "Input should be a valid integer, unable to parse string as an integer", text, nil)
			break
		}
		c.bounds(s, float64(n), at, text)
		return strconv.FormatInt(n, 10)
	}
	return text
}

// boolean reads the spellings that the deployed server's framework reads.
func boolean(text string) (value, ok bool) {
	switch strings.ToLower(text) {
	case "true", "1", "yes", "on", "t", "y":
		return true, true
	case "false", "0", "no", "off", "f", "n":
		return false, true
	}
	return false, false
}
