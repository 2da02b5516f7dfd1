package transport_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/robosystems/kuzuclient/transport"
)

// FuzzResponseError: whatever a refusal's body holds, the error has a kind, is
// bounded and readable, and keeps the key to itself.
func FuzzResponseError(f *testing.F) {
	for _, answer := range answers {
		f.Add(answer.status, answer.contentType, answer.body)
	}
	f.Add(500, "application/json", `{"detail":"key kuzu_prod_`+"\xff"+`0123456789abcdef"}`)
	f.Add(422, "application/json", `{"detail":[{"loc":[1e400,null,{"a":[]}],"msg":1}]}`)
	f.Add(503, "application/json", `{"detail":{"retry_after":1e308,"error":{}}}`)
	const key = "kuzu_prod_0123456789abcdef"
	f.Fuzz(func(t *testing.T, status int, contentType, body string) {
		if status < 100 || status > 599 || status/100 == 2 {
			return // the client asks about refusals only
		}
		resp := response(status, contentType, io.NopCloser(strings.NewReader(body)))
		resp.Request = &http.Request{Header: http.Header{"X-Kuzu-Api-Key": {key}}}
		e := transport.ResponseError(resp)
		if e.Kind == 0 || e.Kind.String() == "unknown" || e.Status != status {
			t.Errorf("kind %d, status %d", e.Kind, e.Status)
		}
		text := e.Error()
		if len(e.Message) > 4<<10 || !utf8.ValidString(text) || strings.Contains(text, key) {
			t.Errorf("got %q", text)
		}
		if e.RetryAfter < 0 || e.RetryAfter.Hours() > 24 {
			t.Errorf("retry after %v", e.RetryAfter)
		}
	})
}

// FuzzRetryAfter: whatever the header holds, the wait is one that can be kept, and
// what the RFC has is understood: seconds, and dates in each of its formats.
func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "7", "2.5", "-3", "NaN", "Inf", "1e400", "0x1p4", "00012", " 5", "1_0", "Wed, 21 Oct 2015 07:28:00 GMT", "Wednesday, 21-Oct-99 07:28:00 GMT", "Wed Oct 21 07:28:00 2099"} {
		f.Add(seed, uint32(90))
	}
	wait := func(value string) time.Duration {
		resp := response(http.StatusServiceUnavailable, "", http.NoBody)
		resp.Header.Set("Retry-After", value)
		return transport.ResponseError(resp).RetryAfter
	}
	const day = 24 * time.Hour
	f.Fuzz(func(t *testing.T, value string, seconds uint32) {
		if got := wait(value); got < 0 || got > day {
			t.Errorf("%q: %v", value, got)
		}
		want := min(time.Duration(seconds)*time.Second, day)
		if got := wait(strconv.FormatUint(uint64(seconds), 10)); got != want {
			t.Errorf("%d seconds: %v", seconds, got)
		}
		// A date has whole seconds, and time passes while it is read.
		seconds %= 1 << 30
		began := time.Now()
		at := began.Add(time.Duration(seconds) * time.Second).UTC()
		for _, layout := range []string{http.TimeFormat, time.RFC850, time.ANSIC} {
			if layout == time.RFC850 && seconds > 1<<20 {
				continue // its year has two digits
			}
			text := strings.Replace(at.Format(layout), "UTC", "GMT", 1)
			got := wait(text)
			early := time.Until(at.Truncate(time.Second))
			if got < min(max(early, 0), day) || got > min(at.Sub(began), day) {
				t.Errorf("%s, in %d seconds: %v", text, seconds, got)
			}
		}
	})
}
