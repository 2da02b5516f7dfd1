package mockserver_test

import (
	"archive/zip"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/mockserver"
)

// What a transfer may add to the live heap, however long it is.
const heapBound = 16 << 20

// transferBytes is the length of a transfer: more than the bound, so that
// keeping it would show. KUZU_TRANSFER_BYTES sets another; make prove-memory
// uses 1 GiB.
func transferBytes(t *testing.T) int64 {
	t.Helper()
	text := os.Getenv("KUZU_TRANSFER_BYTES")
	if text == "" {
		return 4 * heapBound
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= heapBound {
		t.Fatalf("KUZU_TRANSFER_BYTES is %q; it may be a number of bytes above %d", text, heapBound)
	}
	return n
}

// heap measures what is alive while bytes go by.
type heap struct {
	mu   sync.Mutex
	base uint64
	most uint64
}

func live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func (h *heap) look() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.most = max(h.most, live())
}

// noise makes bytes that do not compress, and looks at the heap eight times.
type noise struct {
	left, step int64
	next       int64 // when left is so small, it is time to look
	heap       *heap
	block      []byte
}

func newNoise(size int64, h *heap) *noise {
	n := &noise{left: size, step: size / 8, next: size - size/8, heap: h, block: make([]byte, 1<<16)} // beyond deflate's window
	x := uint32(1)
	for i := range n.block {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		n.block[i] = byte(x)
	}
	return n
}

func (n *noise) Read(p []byte) (int, error) {
	if n.left == 0 {
		return 0, io.EOF
	}
	if n.left <= n.next {
		n.next -= n.step
		n.heap.look()
	}
	p = p[:min(int64(len(p)), n.left)]
	at := int(n.left % int64(len(n.block)))
	done := copy(p, n.block[at:])
	n.left -= int64(done)
	return done, nil
}

func (n *noise) Close() error { return nil }

// TestFlatMemory sends much through a server over real connections, each way.
func TestFlatMemory(t *testing.T) {
	size := transferBytes(t)
	for name, transfer := range map[string]func(a *api, engine *stub, size int64, h *heap) (moved int64){
		"download": download, "backup task": keptBackup, "upload": restoreUpload, "stream": streamRows,
	} {
		t.Run(name, func(t *testing.T) {
			engine := newStub(t)
			a := start(t, engine)
			a.create("g", "")
			transfer(a, engine, 1<<20, &heap{}) // what is made once is made
			h := &heap{base: live()}
			began := time.Now()
			moved := transfer(a, engine, size, h)
			grown := int64(h.most) - int64(h.base)
			t.Logf("%d bytes moved in %.1f s; the live heap grew by at most %d KiB", moved, time.Since(began).Seconds(), grown>>10)
			if moved < size || h.most == 0 {
				t.Errorf("%d bytes were moved of %d", moved, size)
			}
			if grown > heapBound {
				t.Errorf("the live heap grew by %d bytes for %d", grown, moved)
			}
		})
	}
}

func (e *stub) makes(size int64, h *heap) {
	e.backup = func() (*mockserver.Snapshot, error) {
		return &mockserver.Snapshot{ReadCloser: newNoise(size, h), Size: size}, nil
	}
}

func download(a *api, engine *stub, size int64, h *heap) int64 {
	a.Helper()
	engine.makes(size, h)
	return a.drain(a.request(a.Context(), http.MethodPost, "/databases/g/backup-download", ""))
}

func keptBackup(a *api, engine *stub, size int64, h *heap) int64 {
	a.Helper()
	engine.makes(size, h)
	task := into[started](a.post("/databases/g/backup", "{}"))
	if got := a.finished(task); got.Status != "completed" {
		a.Errorf("got %+v", got)
	}
	return size
}

// restoreUpload sends an archive that is made on the way.
func restoreUpload(a *api, engine *stub, size int64, h *heap) (received int64) {
	a.Helper()
	engine.restore = func(from io.Reader) (err error) {
		h.look()
		received, err = io.Copy(io.Discard, from)
		h.look()
		return err
	}
	body, pipe := io.Pipe()
	form := multipart.NewWriter(pipe)
	go func() {
		part, err := form.CreateFormFile("backup_data", "g.zip")
		if err == nil {
			err = writeZip(part, newNoise(size, h))
		}
		pipe.CloseWithError(errors.Join(err, form.WriteField("force_overwrite", "true"), form.WriteField("create_system_backup", "false"), form.Close()))
	}()
	req, err := http.NewRequestWithContext(a.Context(), http.MethodPost, a.url+"/databases/g/restore", body)
	if err != nil {
		a.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	resp := a.send(req)
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		a.Fatal(err)
	}
	if got := (reply{api: a, status: resp.StatusCode, body: string(content)}).restored(); got.Status != "completed" {
		a.Errorf("got %+v", got)
	}
	return received
}

func writeZip(w io.Writer, from io.Reader) error {
	out := zip.NewWriter(w)
	entry, err := out.CreateHeader(&zip.FileHeader{Name: "g.kuzu"})
	if err == nil {
		_, err = io.Copy(entry, from)
	}
	return errors.Join(err, out.Close())
}

// streamRows reads rows of a kilobyte each.
func streamRows(a *api, engine *stub, size int64, h *heap) int64 {
	a.Helper()
	block := newNoise(size, h).block
	for i := range block {
		block[i] = 'a' + block[i]%26
	}
	rows, row := size>>10, int64(0)
	engine.run = func(context.Context, string) (mockserver.Result, error) {
		return &result{columns: []string{"v"}, next: func() ([]any, error) {
			if row == rows {
				return nil, io.EOF
			}
			if row%(rows/8) == 0 {
				h.look()
			}
			row++
			return []any{string(block[row%63<<10:][:1024])}, nil
		}}, nil
	}
	return a.drain(a.request(a.Context(), http.MethodPost, "/databases/g/query?streaming=true", queryBody("x", "")))
}

// drain reads an answer to its end.
func (a *api) drain(req *http.Request) int64 {
	a.Helper()
	resp := a.send(req)
	defer resp.Body.Close()
	n, err := io.Copy(io.Discard, resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		a.Errorf("got %d, %v", resp.StatusCode, err)
	}
	return n
}
