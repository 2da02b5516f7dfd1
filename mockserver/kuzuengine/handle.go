//go:build cgo && (linux || darwin)

package kuzuengine

import "sync"

// handle counts who uses an open database: its [database], every statement
// and every open result. The last one closes it.
type handle struct {
	*nativeDatabase

	mu      sync.Mutex
	users   int
	doubted bool
}

func newHandle(native *nativeDatabase) *handle {
	return &handle{nativeDatabase: native, users: 1}
}

// hold reports whether the handle is still open, which it then stays until
// release is called.
func (h *handle) hold() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.users == 0 {
		return false
	}
	h.users++
	return true
}

func (h *handle) release() {
	h.mu.Lock()
	h.users--
	last, doubted := h.users == 0, h.doubted
	h.mu.Unlock()
	if !last {
		return
	}
	if doubted {
		h.skipCheckpoint()
	}
	_ = h.close() // it is lost in any case
}

// doubt makes the last user close the database as it is: by then another
// handle may be open on the file, and the transaction of a statement that died
// never ends, for which a checkpoint would wait.
func (h *handle) doubt() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.doubted = true
}

func (h *handle) skipCheckpoint() {
	conn, err := h.connect()
	if err != nil {
		return
	}
	if execute(conn, "CALL force_checkpoint_on_close=false") == nil {
		_ = conn.close()
	}
}
