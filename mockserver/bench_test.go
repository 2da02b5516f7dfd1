package mockserver_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/robosystems/kuzuclient/mockserver"
)

// nobody reads answers and keeps nothing.
type nobody struct {
	header http.Header
	status int
}

func (n *nobody) Header() http.Header         { return n.header }
func (n *nobody) WriteHeader(status int)      { n.status = status }
func (n *nobody) Write(b []byte) (int, error) { return len(b), nil }
func (n *nobody) Flush()                      {}

// BenchmarkQuery is a validated query on the scripted engine, without a network:
// plain and streamed, short and long, with and without the check of the answer.
func BenchmarkQuery(b *testing.B) {
	for name, path := range map[string]string{"plain": "/databases/g/query", "stream": "/databases/g/query?streaming=true"} {
		for size, cypher := range map[string]string{"1 row": count(1), "10001 rows": count(10_001)} {
			for _, v := range []mockserver.Validation{mockserver.ValidateAll, mockserver.ValidateRequests} {
				b.Run(name+"/"+size+"/"+v.String(), func(b *testing.B) {
					a := newAPI(b, scripted(b), func(cfg *mockserver.Config) { cfg.Validation = v })
					defer a.close()
					if err := a.engine.Create(b.Context(), "g"); err != nil {
						b.Fatal(err)
					}
					target, err := url.Parse(path)
					if err != nil {
						b.Fatal(err)
					}
					body := []byte(queryBody(cypher, `{"id":933}`))
					b.ReportAllocs()
					for b.Loop() {
						r := &http.Request{Method: "POST", URL: target, Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body))}
						w := &nobody{header: http.Header{}}
						a.server.ServeHTTP(w, r.WithContext(b.Context()))
						if w.status != http.StatusOK {
							b.Fatal(w.status)
						}
					}
				})
			}
		}
	}
}
