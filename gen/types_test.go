package gen_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/gen"
)

// What the generator's options and gen/config/go.overlay.yaml are for.

func TestOptionalRequestFields(t *testing.T) {
	tests := []struct {
		name string
		body any
		want string
	}{
		{"unset fields are left out", gen.CopyRequest{S3Pattern: "p", TableName: "t"}, `{"s3_pattern":"p","table_name":"t"}`},
		{"false against a default of true", gen.CopyRequest{IgnoreErrors: new(false)}, `{"ignore_errors":false,"s3_pattern":"","table_name":""}`},
		{"an empty object", gen.BackupRequest{}, `{}`},
		{"a nullable text", gen.InstallSchemaRequest{DDL: new("")}, `{"ddl":"","type":""}`},
		{"digits of parameters", gen.QueryRequest{Parameters: gen.QueryParameters{"id": int64(9007199254740993)}},
			`{"cypher":"","database":"","parameters":{"id":9007199254740993}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := json.Marshal(tt.body)
			if err != nil || string(got) != tt.want {
				t.Errorf("got %s, %v, want %s", got, err, tt.want)
			}
		})
	}
}

func TestOptionalQueryParameters(t *testing.T) {
	var got string
	api := serve(t, func(_ http.ResponseWriter, r *http.Request) { got = r.URL.RawQuery })
	for want, params := range map[string]*gen.ListTasksParams{
		"":                             {},
		"limit=5":                      {Limit: new(5)},
		"status=a%26b%3Dc%2Cd&limit=5": {Limit: new(5), Status: new("a&b=c,d")},
	} {
		if _, err := api.ListTasksWithResponse(t.Context(), params); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("sent %q, want %q", got, want)
		}
	}
}

func TestOptionalBody(t *testing.T) {
	var got http.Header
	api := serve(t, func(_ http.ResponseWriter, r *http.Request) { got = r.Header })
	params := &gen.RestoreDatabaseParams{BackupPath: new("s3://bucket/kg1.zip")}
	if _, err := api.RestoreDatabaseWithBodyWithResponse(t.Context(), "kg1", params, "", nil); err != nil {
		t.Fatal(err)
	}
	if got.Values("Content-Type") != nil {
		t.Errorf("Content-Type is %q without a body", got.Values("Content-Type"))
	}
	if _, err := api.RestoreDatabaseWithBodyWithResponse(t.Context(), "kg1", params, "multipart/form-data; boundary=x", strings.NewReader("--x--")); err != nil {
		t.Fatal(err)
	}
	if got.Get("Content-Type") != "multipart/form-data; boundary=x" {
		t.Errorf("Content-Type is %q", got.Get("Content-Type"))
	}
}

func TestResponseFields(t *testing.T) {
	const row = `{"n":9223372036854775807,"a":1.0}`
	reply, err := query(t, serve(t, respond(200, "application/json", `{"data":[`+row+`],"columns":["n","a"]}`)))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(reply.JSON200.Data[0]); got != row {
		t.Errorf("row is %s, want %s", got, row)
	}

	tasks, err := serve(t, respond(200, "application/json", `[
		{"task_id":"a","last_heartbeat":1758369600.2,"error":null,"completed_at":null,"result":null},
		{"task_id":"b","error":"","completed_at":"2025-09-20T12:01:33.400000+00:00","result":{"records_loaded":3}}]`)).
		ListTasksWithResponse(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	a, b := (*tasks.JSON200)[0], (*tasks.JSON200)[1]
	if a.Error != nil || a.CompletedAt != nil || a.Result != nil || a.LastHeartbeat != 1758369600.2 {
		t.Errorf("first task is %+v", a)
	}
	if b.Error == nil || b.CompletedAt == nil || b.Result == nil || b.Result.RecordsLoaded != 3 {
		t.Errorf("second task is %+v", b)
	}
}

func TestValidationIssueKeepsWhatItGot(t *testing.T) {
	reply, err := query(t, serve(t, respond(422, "application/json",
		`{"detail":[{"type":"json_invalid","loc":["body",1],"msg":"m","input":{"id":9007199254740993},"ctx":{"error":"e"}}]}`)))
	if err != nil {
		t.Fatal(err)
	}
	issue := reply.JSON422.Detail[0]
	if issue.Loc[0] != "body" || issue.Loc[1] != 1.0 || string(issue.Input) != `{"id":9007199254740993}` {
		t.Errorf("issue is %+v", issue)
	}
}

func TestRawClientLeavesTheResponseAlone(t *testing.T) {
	api := serve(t, respond(502, "text/html", "<html>"))
	rsp, err := api.GetHealth(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rsp.Body.Close() }()
	if body, err := io.ReadAll(rsp.Body); err != nil || string(body) != "<html>" || rsp.StatusCode != http.StatusBadGateway {
		t.Errorf("got %d %q, %v", rsp.StatusCode, body, err)
	}
}
