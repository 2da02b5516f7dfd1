//go:build cgo && (linux || darwin)

package kuzuengine

import "sync"

// handle counts who uses an open database: its [database] and every unread
// result. The last one closes it.
type handle struct {
	*nativeDatabase

	mu     sync.Mutex
	users  int
	broken bool
}

func newHandle(native *nativeDatabase) *handle {
	return &handle{nativeDatabase: native, users: 1}
}

func (h *handle) hold() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.users++
}

func (h *handle) markBroken() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.broken = true
}

func (h *handle) release() {
	h.mu.Lock()
	h.users--
	last, broken := h.users == 0, h.broken
	h.mu.Unlock()
	if !last {
		return
	}
	if broken {
		// Another handle may be open on the file by now, and the transaction
		// of a statement that died never ends, for which a checkpoint waits.
		h.withoutCheckpoint()
	}
	_ = h.close() // it is lost in any case
}

func (h *handle) withoutCheckpoint() {
	conn, err := h.connect()
	if err != nil {
		return
	}
	if execute(conn, "CALL force_checkpoint_on_close=false") == nil {
		_ = conn.close()
	}
}
