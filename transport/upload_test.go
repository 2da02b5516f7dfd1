package transport_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
)

// zeros is content without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestUploadsKeepTheHeapFlat sends 100 MiB of content that is made as it is read.
func TestUploadsKeepTheHeapFlat(t *testing.T) {
	const size, step, limit = 100 << 20, 10 << 20, 24 << 20
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	received, most := int64(0), uint64(0)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for {
			n, err := io.CopyN(io.Discard, r.Body, step)
			received += n
			most = max(most, heap())
			if err != nil {
				break
			}
		}
		answering(200, asJSON, `{"status":"success"}`)(w, r)
	}))
	defer server.Close()
	c := chain(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/databases/social/restore", io.LimitReader(zeros{}, size))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.For(static(t, server.URL)).RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("got %v, %v", resp, err)
	}
	if received != size || most > before+limit {
		t.Errorf("%d bytes arrived, and the heap grew by up to %d MiB", received, (int64(most)-int64(before))>>20)
	}
}
