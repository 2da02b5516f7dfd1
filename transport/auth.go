package transport

import (
	"maps"
	"net/http"
	"strings"
)

// keyHeader carries the API key, in the canonical form of [http.Header].
const keyHeader = "X-Kuzu-Api-Key"

// layerAuth adds the key, and whatever the layers above want sent, to a copy of
// the request. The copy goes to the endpoint that the resolver named, and
// nothing follows a redirect from there.
type layerAuth struct {
	next http.RoundTripper
	keys KeyProvider // nil for none
}

func (l layerAuth) RoundTrip(req *http.Request) (*http.Response, error) {
	t := tripOf(req.Context())
	key := ""
	if l.keys != nil {
		var err error
		if key, err = l.keys.Key(t); err != nil {
			closeBody(req)
			return nil, keyError(err)
		}
	}
	a := t.last
	resp, err := l.send(req, t, key, &a.key)
	if err != nil || resp.StatusCode != http.StatusUnauthorized || l.keys == nil || !t.rewindable() {
		return resp, err
	}
	// A second refusal of the same key would only bring the lockout nearer.
	fresh, err := l.keys.Refresh(t, key)
	if err != nil || fresh == key || fresh == "" {
		return resp, nil //nolint:nilerr // the server's refusal is the better answer
	}
	body, err := t.body()
	if err != nil {
		return resp, nil //nolint:nilerr // as above
	}
	discard(resp)
	again := *req
	again.Body = body
	return l.send(&again, t, fresh, new([1]string)) // the first may still be on its way out
}

// send sends the attempt's request with the key, which is put into value.
func (l layerAuth) send(req *http.Request, t *trip, key string, value *[1]string) (*http.Response, error) {
	headers := make(http.Header, len(req.Header)+len(t.added.others)+3)
	copyHeaders(headers, req.Header)
	t.added.to(headers)
	if key != "" {
		value[0] = key
		headers[keyHeader] = value[:]
	}
	if sent := headers[keyHeader]; len(sent) > 0 {
		t.key = sent[0]
	}
	req.Header = headers
	t.last.sending = req
	resp, err := l.next.RoundTrip(req)
	if resp != nil {
		resp.Request = t.answered(resp)
	}
	return resp, err
}

// answered returns the request that a response points to: the caller's, or for a
// refusal one that leads to the trip, since whoever makes an error of it wants to
// tell of that. Neither has the key.
func (t *trip) answered(resp *http.Response) *http.Request {
	if resp.StatusCode < http.StatusMultipleChoices {
		return t.asked
	}
	req := t.asked.WithContext(t)
	req.URL = t.last.url
	return req
}

// usualHeaders are those that nearly all requests have, and no others. To look for
// them costs half of what it costs to walk a map.
var usualHeaders = [...]string{"Content-Type", "Accept"}

func copyHeaders(to, from http.Header) {
	for _, name := range usualHeaders {
		if values, ok := from[name]; ok {
			to[name] = values
		}
	}
	if len(to) < len(from) {
		maps.Copy(to, from)
	}
}

// keyError says that there is no key to send.
func keyError(err error) *Error {
	e := Errorf(KindConfiguration, "the API key cannot be had")
	e.Err = err
	return e
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}

// redactKey cuts a key from a text.
func redactKey(text, key string) string {
	if key == "" {
		return text
	}
	return strings.ReplaceAll(text, key, "[redacted]")
}
