package mockserver_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

// Whatever comes in is answered, and by an answer, not by a handler that failed.
func FuzzServer(f *testing.F) {
	for _, seed := range []struct{ method, target, contentType, body string }{
		{"GET", "/health", "", ""},
		{"GET", "/info", "", ""},
		{"GET", "/metrics", "", ""},
		{"POST", "/databases", "application/json", `{"graph_id":"g2","schema_type":"custom","custom_schema_ddl":"CREATE NODE TABLE A(id INT64, PRIMARY KEY(id));"}`},
		{"POST", "/databases", "", `{"graph_id":"g3","GRAPH_ID":"../x","is_subgraph":"yes"}`},
		{"DELETE", "/databases/g2", "", ""},
		{"POST", "/databases/g/query?streaming=1&streaming=0", "application/json", `{"database":"g","cypher":"RETURN $p AS p","parameters":{"p":[1,2.5,1e400,{"a":null}]}}`},
		{"POST", "/databases/g/query?streaming=true", "application/json", `{"database":"g","cypher":"RETURN 1;"}`},
		{"POST", "/databases/a%2Fb/query", "text/plain", "x"},
		{"GET", "/databases/a,b/schema", "", ""},
		{"POST", "/databases/g/schema", "", `{"type":"ddl","ddl":"CREATE REL TABLE R(FROM A TO A, x DECIMAL(10, 2)[]); COMMENT ON TABLE A IS 'x'"}`},
		{"POST", "/databases/g/ingest", "", `{"mode":"sync","bucket":"b","files":["Person.csv","../x.csv","s3://b/Person.csv"],"priority":7}`},
		{"POST", "/databases/g/copy", "", `{"s3_pattern":"s3://b/[*.csv","table_name":"Person"}`},
		{"POST", "/databases/g/restore?backup_path=%zz", "multipart/form-data", ""},
		{"POST", "/databases/g/backup", "", "{}"},
		{"GET", "/tasks?limit=-1&status=%ff;", "", ""},
		{"GET", "/tasks/x/monitor", "", ""},
		{"PUT", "/databases/", "", ""},
		{"\x00", "*", "", "{"},
	} {
		f.Add(seed.method, seed.target, seed.contentType, []byte(seed.body))
	}
	var log lines
	servers := make(map[mockserver.Validation]*mockserver.Server)
	for _, v := range []mockserver.Validation{mockserver.ValidateAll, mockserver.ValidateAnswers} {
		a := newAPI(f, scripted(f), func(cfg *mockserver.Config) {
			cfg.Logger = slog.New(slog.NewTextHandler(&log, nil))
			cfg.Validation, cfg.Reporter = v, nil // the log tells, and f must not be told inside the target
		})
		f.Cleanup(a.close)
		a.write("b/Person.csv", peopleCSV)
		if err := a.engine.Create(context.Background(), "g"); err != nil {
			f.Fatal(err)
		}
		if err := a.engine.Apply(context.Background(), "g", strings.Split(socialDDL, ";")); err != nil {
			f.Fatal(err)
		}
		servers[v] = a.server
	}
	f.Fuzz(func(t *testing.T, method, target, contentType string, body []byte) {
		parsed, err := url.ParseRequestURI(target)
		if err != nil {
			return // never gets past net/http
		}
		for validation, srv := range servers {
			r := &http.Request{
				Method: method, URL: parsed, Host: "kuzu.test", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
				Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
			}
			w := httptest.NewRecorder()
			srv.ServeHTTP(w, r.WithContext(t.Context()))
			if w.Code < 200 || w.Code > 599 || w.Header().Get("Content-Type") == "" && w.Code != http.StatusTemporaryRedirect {
				t.Errorf("validating %v: got %d %v %s", validation, w.Code, w.Header(), w.Body)
			}
			if strings.Contains(log.String(), "level=ERROR") {
				t.Errorf("validating %v: %s", validation, &log)
			}
		}
	})
}
