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
	resp, err := l.send(req, &a.out, t, key, &a.key)
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
	return l.send(&again, new(http.Request), t, fresh, new([1]string)) // the first may still be on its way out
}

// send sends a request as out, with the key in value. The request that the response points to
// stays without it.
func (l layerAuth) send(req, out *http.Request, t *trip, key string, value *[1]string) (*http.Response, error) {
	headers := make(http.Header, len(req.Header)+len(t.added.others)+3)
	maps.Copy(headers, req.Header)
	t.added.to(headers)
	if key != "" {
		value[0] = key
		headers[keyHeader] = value[:]
	}
	if sent := headers[keyHeader]; len(sent) > 0 {
		t.key = sent[0]
	}
	*out = *req
	out.Header = headers
	t.last.sending = out
	resp, err := l.next.RoundTrip(out)
	if resp != nil {
		resp.Request = req
	}
	return resp, err
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
