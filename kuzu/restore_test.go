package kuzu_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/robosystems/kuzuclient/kuzu"
)

// TestRestoreStreamsTheArchive: the server has the beginning while the rest is
// not yet there to be read.
func TestRestoreStreamsTheArchive(t *testing.T) {
	const half = 300_000
	begun := make(chan struct{})
	var got struct{ fields, file, length string }
	var size int
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form, err := r.MultipartReader()
		if err != nil {
			t.Error(err)
			return
		}
		for {
			part, err := form.NextPart()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Error(err)
				return
			}
			if part.FormName() != "backup_data" {
				value, _ := io.ReadAll(part)
				got.fields += part.FormName() + "=" + string(value) + " "
				continue
			}
			got.file = part.FileName() + " " + part.Header.Get("Content-Type")
			n, _ := io.CopyN(io.Discard, part, half)
			close(begun)
			rest, _ := io.Copy(io.Discard, part)
			size = int(n + rest)
		}
		got.length = r.Header.Get("Content-Length")
		says(200, asJSON, `{"task_id":"restore_restore_1a2b3c4d","status":"initiated","message":"x"}`)(w, r)
	}))
	defer srv.Close()

	archive := io.MultiReader(strings.NewReader(strings.Repeat("a", half+100_000)), waitFor(begun), strings.NewReader(strings.Repeat("b", half)))
	var progress []int64
	task, err := connect(t, srv.URL).Restore(t.Context(), kuzu.RestoreRequest{
		Archive: archive, Overwrite: true, OnProgress: func(sent int64) { progress = append(progress, sent) },
	})
	if err != nil || task.ID != "restore_restore_1a2b3c4d" {
		t.Fatalf("%+v, %v", task, err)
	}
	if size != 2*half+100_000 || got.fields != "create_system_backup=true force_overwrite=true " || got.file != "backup.zip application/octet-stream" || got.length != "" {
		t.Errorf("the server has %d bytes and %+v", size, got)
	}
	if len(progress) < 2 || progress[len(progress)-1] != int64(size) {
		t.Errorf("progress was %v", progress)
	}
	for i := 1; i < len(progress); i++ {
		if progress[i] <= progress[i-1] {
			t.Errorf("progress was %v", progress)
		}
	}
}

// waitFor is a reader of nothing, once something has happened.
type waitFor <-chan struct{}

func (w waitFor) Read([]byte) (int, error) {
	<-w
	return 0, io.EOF
}

func TestRestoreByPath(t *testing.T) {
	srv := serve(t, says(200, asJSON, `{"task_id":"t1","status":"initiated","message":"x"}`))
	if _, err := srv.client(t).Restore(t.Context(), kuzu.RestoreRequest{Path: "s3://b/a&b.zip"}); err != nil {
		t.Fatal(err)
	}
	asked := srv.asked()[0]
	if asked.uri != "/databases/social/restore?backup_path=s3%3A%2F%2Fb%2Fa%26b.zip" || asked.body != "" || asked.header["Content-Type"] != nil {
		t.Errorf("asked %+v", asked)
	}
}

func TestRestoreFails(t *testing.T) {
	unreadable := errors.New("the disk is broken")
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		req    kuzu.RestoreRequest
		kind   kuzu.Kind
		want   string
	}{
		"nothing to restore":  {nil, kuzu.RestoreRequest{}, kuzu.KindInvalidRequest, "neither Archive nor Path"},
		"two things":          {nil, kuzu.RestoreRequest{Path: "x", Archive: strings.NewReader("x")}, kuzu.KindInvalidRequest, "both Archive and Path"},
		"option of an upload": {nil, kuzu.RestoreRequest{Path: "x", Overwrite: true}, kuzu.KindInvalidRequest, "go with Archive"},
		"archive that breaks": {says(200, asJSON, `{"task_id":"t1"}`), kuzu.RestoreRequest{Archive: io.MultiReader(strings.NewReader("PK"), iotest.ErrReader(unreadable))}, kuzu.KindInvalidRequest, "the archive could not be read: after 2 bytes: the disk is broken"},
		"graph that exists":   {says(409, asJSON, `{"detail":"Database social already exists. Use force_overwrite=true to replace it."}`), kuzu.RestoreRequest{Archive: strings.NewReader("PK")}, kuzu.KindConflict, "already exists"},
		"other fault":         {says(422, asJSON, `{"detail":[{"loc":["body","backup_data"],"msg":"Field required"}]}`), kuzu.RestoreRequest{Archive: strings.NewReader("PK")}, kuzu.KindInvalidRequest, "backup_data"},
		"no task":             {says(200, asJSON, `{"status":"initiated","message":"x"}`), kuzu.RestoreRequest{Archive: strings.NewReader("PK")}, kuzu.KindProtocol, "no task_id"},
	} {
		t.Run(name, func(t *testing.T) {
			srv := serve(t, test.answer)
			if name == "archive that breaks" { // the harness would complain of the request
				raw := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
				defer raw.Close()
				srv.URL = raw.URL
			}
			_, err := srv.client(t).Restore(t.Context(), test.req)
			wantError(t, err, test.kind, test.want, "restoreDatabase", `"social"`)
			if name == "archive that breaks" && !errors.Is(err, unreadable) {
				t.Errorf("the cause is hidden: %v", err)
			}
		})
	}
}

// TestRestoreCanBeCanceled although the archive returns nothing more for good, and
// reports no progress after it has returned. What then reads the archive ends
// with that.
func TestRestoreCanBeCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	raw := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = r.Body.Read(make([]byte, 1))
		cancel()
		_, _ = io.Copy(io.Discard, r.Body)
	}))
	defer raw.Close()
	var returned atomic.Bool
	stuck := make(chan struct{})
	archive := io.MultiReader(strings.NewReader("PK"), waitFor(stuck), strings.NewReader("more"))
	_, err := connect(t, raw.URL).Restore(ctx, kuzu.RestoreRequest{Archive: archive, OnProgress: func(int64) {
		if returned.Load() {
			t.Error("progress after the end")
		}
	}})
	returned.Store(true)
	wantError(t, err, kuzu.KindCanceled, "restoreDatabase")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the cause is hidden: %v", err)
	}
	close(stuck)
}

// TestRestoreOfAnArchiveThatIsSilent ends with the server's answer.
func TestRestoreOfAnArchiveThatIsSilent(t *testing.T) {
	raw := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := http.NewResponseController(w).EnableFullDuplex(); err != nil { // answer before the body's end
			t.Error(err)
		}
		says(409, asJSON, `{"detail":"Database social already exists"}`)(w, r)
	}))
	defer raw.Close()
	stuck := make(chan struct{})
	defer close(stuck)
	_, err := connect(t, raw.URL).Restore(t.Context(), kuzu.RestoreRequest{Archive: waitFor(stuck)})
	wantError(t, err, kuzu.KindConflict, "already exists")
}
