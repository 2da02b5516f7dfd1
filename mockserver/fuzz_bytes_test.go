package mockserver_test

import (
	"bufio"
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

// Any bytes that are a request get an answer, without quirks and with all of
// them, whatever their headers say; no handler fails.
func FuzzBytes(f *testing.F) {
	for _, seed := range []string{
		"GET /health HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /databases/g%2Fx/schema HTTP/1.0\r\n\r\n",
		"POST /databases/g/query HTTP/1.1\r\nHost: x\r\nContent-Length: 39\r\n\r\n{\"database\":\"g\",\"cypher\":\"RETURN 1\"}   ",
		"POST /databases/g/query?streaming=t HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n24\r\n{\"database\":\"g\",\"cypher\":\"RETURN 1\"}\r\n0\r\n\r\n",
		"POST /databases/g/query HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\nExpect: 100-continue\r\n\r\n",
		"POST /databases/g/restore HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 9\r\n\r\n--b\r\n\r\n--",
		"POST /databases/g/copy HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nNaN",
		"OPTIONS * HTTP/1.1\r\nHost: x\r\nOrigin: y\r\nAccess-Control-Request-Method: GET\r\n\r\n",
		"CONNECT x:1 HTTP/1.1\r\nHost: x\r\nX-Kuzu-API-Key: \xff\r\n\r\n",
		"HEAD /openapi.json HTTP/1.1\r\nHost: \r\nAuthorization: Bearer\r\n\r\n",
		"GET /tasks/x/monitor HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"GET http://other/%zz HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "",
	} {
		f.Add([]byte(seed))
	}
	var log lines
	var servers []*api
	for _, quirks := range []mockserver.Quirks{0, mockserver.QuirksDeployed} {
		a := newAPI(f, scripted(f), withQuirks(quirks), logTo(&log))
		f.Cleanup(a.close)
		if err := a.engine.Create(context.Background(), "g"); err != nil {
			f.Fatal(err)
		}
		servers = append(servers, a)
	}
	f.Fuzz(func(t *testing.T, request []byte) {
		for _, a := range servers {
			r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(request)))
			if err != nil {
				return // what is not HTTP does not get here; see TestWire1NotHTTP
			}
			w := httptest.NewRecorder()
			a.server.ServeHTTP(w, r.WithContext(t.Context()))
			if w.Code < 200 || w.Code > 599 || w.Body.Len() > 0 && w.Header().Get("Content-Type") == "" {
				t.Errorf("%q is answered %d %v %s", request, w.Code, w.Header(), w.Body)
			}
			if strings.Contains(log.String(), "level=ERROR") {
				t.Fatalf("%q: %s", request, &log)
			}
		}
	})
}
