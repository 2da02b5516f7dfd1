package gen_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/gen"
)

// serve starts a server and returns the typed client for it.
func serve(t *testing.T, handler http.HandlerFunc, opts ...gen.ClientOption) *gen.ClientWithResponses {
	t.Helper()
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	api, err := gen.NewClientWithResponses(srv.URL, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return api
}

// respond always sends the same response; without a content type it sends none.
func respond(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = nil
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func query(t *testing.T, api *gen.ClientWithResponses) (*gen.QueryDatabaseReply, error) {
	t.Helper()
	return api.QueryDatabaseWithResponse(t.Context(), "kg1", nil, gen.QueryRequest{Database: "kg1", Cypher: "RETURN 1"})
}

// set names what a reply has set.
func set(r *gen.QueryDatabaseReply) string {
	var fields []string
	for name, isSet := range map[string]bool{
		"JSON200": r.JSON200 != nil, "JSON400": r.JSON400 != nil, "JSON401": r.JSON401 != nil,
		"JSON403": r.JSON403 != nil, "JSON404": r.JSON404 != nil, "JSON413": r.JSON413 != nil,
		"JSON422": r.JSON422 != nil, "JSON429": r.JSON429 != nil, "JSON500": r.JSON500 != nil,
		"JSON503": r.JSON503 != nil, "Stream": r.Stream != nil,
	} {
		if isSet {
			fields = append(fields, name)
		}
	}
	return strings.Join(fields, "+")
}

func TestReplyFieldFollowsStatusAndMediaType(t *testing.T) {
	const result = `{"data":[{"n":1}],"columns":["n"],"execution_time_ms":1,"row_count":1,"database":"kg1"}`
	const detail = `{"detail":"x"}`
	const admission = `{"detail":{"error":"x","reason":"y","decision":"reject_cpu","retry_after":5}}`
	tests := []struct {
		name        string
		status      int
		contentType string
		body        string
		want        string
	}{
		{"declared", 200, "application/json", result, "JSON200"},
		{"with a parameter", 200, "application/json; charset=utf-8", result, "JSON200"},
		{"in capitals", 200, "Application/JSON", result, "JSON200"},
		{"with a malformed parameter", 200, "application/json; charset", result, "JSON200"},
		{"ndjson is not json", 200, "application/x-ndjson", "{}\n{}\n", "Stream"},
		{"another status", 404, "application/json", detail, "JSON404"},
		{"a schema of its own", 503, "application/json", admission, "JSON503"},
		{"a stream type on a failure", 500, "application/x-ndjson", "{}\n", ""},
		{"declared plain text", 500, "text/plain; charset=utf-8", "Internal Server Error", ""},
		{"json beside plain text", 500, "application/json", detail, "JSON500"},
		{"a proxy's failure page", 502, "text/html", "<html>", ""},
		{"a proxy's success page", 200, "text/html", "<html>", ""},
		{"undeclared status", 418, "application/json", detail, ""},
		{"undeclared json type", 200, "application/problem+json", detail, ""},
		{"no media type", 200, "", result, ""},
		{"malformed media type", 200, "json", result, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			reply, err := query(t, serve(t, respond(tt.status, tt.contentType, tt.body)))
			if err != nil {
				t.Fatal(err)
			}
			if got := set(reply); got != tt.want {
				t.Errorf("set fields: %q, want %q", got, tt.want)
			}
			if reply.StatusCode() != tt.status || reply.ContentType() != tt.contentType {
				t.Errorf("got %d %q", reply.StatusCode(), reply.ContentType())
			}
			if reply.Stream != nil {
				if reply.Body != nil {
					t.Errorf("Body is %q beside a stream", reply.Body)
				}
				body, err := io.ReadAll(reply.Stream)
				if err != nil || string(body) != tt.body {
					t.Errorf("stream is %q, %v", body, err)
				}
				if err := reply.Stream.Close(); err != nil {
					t.Error(err)
				}
			} else if string(reply.Body) != tt.body {
				t.Errorf("Body is %q, want %q", reply.Body, tt.body)
			}
		})
	}
}

func TestReplyThatIsNotTheDeclaredJSON(t *testing.T) {
	for _, body := range []string{"", " ", "null", "{", "<html>", "[]", `{"row_count":"many"}`, `{}{}`, `{"data":[NaN]}`} {
		t.Run(body, func(t *testing.T) {
			_, err := query(t, serve(t, respond(200, "application/json; charset=utf-8", body)))
			var decode *gen.ResponseDecodeError
			if !errors.As(err, &decode) {
				t.Fatalf("error is %v", err)
			}
			if decode.Operation != gen.OpQueryDatabase.ID || decode.StatusCode != http.StatusOK ||
				decode.MediaType != "application/json" || string(decode.Body) != body {
				t.Errorf("error is %+v", decode)
			}
			for _, part := range []string{decode.Operation, "200", decode.MediaType, decode.Err.Error()} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not name %q", err, part)
				}
			}
		})
	}
}

func TestReplyDecodeErrorUnwraps(t *testing.T) {
	_, err := query(t, serve(t, respond(400, "application/json", "<html>")))
	if _, ok := errors.AsType[*json.SyntaxError](err); !ok {
		t.Errorf("error is %v", err)
	}
}

func TestReplyIsBounded(t *testing.T) {
	const body = `{"detail":"0123456789"}`
	chunked := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		for i := range len(body) {
			_, _ = io.WriteString(w, body[i:i+1])
			_ = http.NewResponseController(w).Flush()
		}
	}
	tests := []struct {
		name    string
		limit   int64
		tooLong bool
	}{
		{"one byte short", int64(len(body)) - 1, true},
		{"exactly", int64(len(body)), false},
		{"one byte over", int64(len(body)) + 1, false},
		{"no limit to speak of", math.MaxInt64, false},
	}
	for _, tt := range tests {
		for framing, handler := range map[string]http.HandlerFunc{
			"length":  respond(400, "application/json", body),
			"chunked": chunked,
			"text":    respond(500, "text/plain", body),
		} {
			t.Run(tt.name+"/"+framing, func(t *testing.T) {
				reply, err := query(t, serve(t, handler, gen.WithMaxResponseBytes(tt.limit)))
				if !tt.tooLong {
					if err != nil || string(reply.Body) != body {
						t.Fatalf("got %+v, %v", reply, err)
					}
					return
				}
				var tooLarge *gen.ResponseTooLargeError
				if !errors.As(err, &tooLarge) {
					t.Fatalf("error is %v", err)
				}
				if tooLarge.Limit != tt.limit || tooLarge.Operation != gen.OpQueryDatabase.ID {
					t.Errorf("error is %+v", tooLarge)
				}
				if !strings.Contains(err.Error(), "WithMaxResponseBytes") {
					t.Errorf("%q does not say what to do", err)
				}
			})
		}
	}
}

func TestMaxResponseBytesMustBePositive(t *testing.T) {
	for _, limit := range []int64{0, -1} {
		if _, err := gen.NewClientWithResponses("http://localhost", gen.WithMaxResponseBytes(limit)); err == nil {
			t.Errorf("a limit of %d is accepted", limit)
		}
	}
}

func TestDefaultLimit(t *testing.T) {
	body := &trackedBody{Reader: strings.NewReader("")}
	rsp := &http.Response{StatusCode: http.StatusOK, ContentLength: gen.DefaultMaxResponseBytes + 1, Body: body}
	_, err := gen.ParseQueryDatabaseReply(rsp, 0)
	var tooLarge *gen.ResponseTooLargeError
	if !errors.As(err, &tooLarge) || tooLarge.Limit != gen.DefaultMaxResponseBytes || !body.closed {
		t.Errorf("error is %v, closed %t", err, body.closed)
	}
}

func TestReplyBrokenOffIsAnError(t *testing.T) {
	api := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"data":`)
	})
	_, err := query(t, api)
	if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), gen.OpQueryDatabase.ID) {
		t.Errorf("error is %v", err)
	}
}

func TestContextEndsTheReading(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	api := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{`)
		_ = http.NewResponseController(w).Flush()
		cancel()
		<-r.Context().Done()
	})
	_, err := api.GetHealthWithResponse(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}
