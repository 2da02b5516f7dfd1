//go:build cgo && (linux || darwin)

package kuzuengine

// #include "bridge.h"
// #include <stdlib.h>
import "C"

import (
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"unsafe"

	// The library and the flags to link it.
	_ "github.com/kuzudb/go-kuzu"
)

// engineVersion is what capi.h describes.
const engineVersion = "0.11.3"

// loadEngine checks the library once a process and makes its faults survivable.
var loadEngine = sync.OnceValue(func() error {
	version := takeString(C.kuzu_get_version())
	if version != engineVersion {
		return fmt.Errorf("kuzuengine: the Kuzu library is version %s, need %s", version, engineVersion)
	}
	mark := C.CString(rand.Text())
	defer C.free(unsafe.Pointer(mark))
	C.kz_set_mark(mark)
	C.kz_install_fence()
	return nil
})

// storageVersion is the version of the files that the engine reads and writes.
func storageVersion() uint64 { return uint64(C.kuzu_get_storage_version()) }

// faultError tells that the engine died on a call. Whatever it worked on must
// not be used again.
type faultError struct{ signal int }

func (e *faultError) Error() string {
	return fmt.Sprintf("Runtime exception: the engine failed on this statement (signal %d).", e.signal)
}

func asFault(signal C.kz_signal) error {
	if signal == 0 {
		return nil
	}
	return &faultError{signal: int(signal)}
}

// nativeDatabase is an open database. Its methods require that close has not
// been called.
type nativeDatabase struct{ c C.kuzu_database }

func openNative(path string, bufferPool, threads, maxSize uint64) (*nativeDatabase, error) {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	db := new(nativeDatabase)
	var state C.kuzu_state
	signal := C.kz_database_open(name, C.uint64_t(bufferPool), C.uint64_t(threads), C.uint64_t(maxSize), &db.c, &state)
	if signal != 0 || state != 0 {
		// The C API keeps the reason to itself.
		return nil, fmt.Errorf("IO exception: Could not open the database at %s: it is damaged, or open in another process.", path)
	}
	return db, nil
}

// close requires that all connections and results are gone.
func (db *nativeDatabase) close() error {
	return asFault(C.kz_database_close(&db.c))
}

func (db *nativeDatabase) connect() (*nativeConnection, error) {
	conn := new(nativeConnection)
	if C.kuzu_connection_init(&db.c, &conn.c) != 0 {
		return nil, errors.New("Connection exception: Could not open a connection.")
	}
	return conn, nil
}

// nativeConnection runs one statement at a time; only interrupt may be called
// meanwhile.
type nativeConnection struct{ c C.kuzu_connection }

// close rolls an open transaction back.
func (conn *nativeConnection) close() error {
	return asFault(C.kz_connection_close(&conn.c))
}

func (conn *nativeConnection) interrupt() { C.kuzu_connection_interrupt(&conn.c) }

// query runs a text without NUL, with parameters unless bound is nil. The
// result is non-nil if and only if the error is nil. A [*faultError] forbids
// any further use of the connection and its database.
func (conn *nativeConnection) query(text string, bound *boundParameters) (*nativeResult, error) {
	cText := C.CString(text)
	defer C.free(unsafe.Pointer(cText))
	res := new(nativeResult)
	var signal C.kz_signal
	if bound == nil {
		signal = C.kz_query(&conn.c, cText, &res.c)
	} else {
		signal = C.kz_query_with(&conn.c, cText, C.size_t(len(text)),
			C.uint64_t(bound.count), bound.names, bound.values, &res.c)
	}
	if err := asFault(signal); err != nil {
		return nil, err
	}
	if err := res.failure(); err != nil {
		res.close()
		return nil, err
	}
	return res, nil
}

// nativeResult is the materialised outcome of one text. It outlives its
// connection, but not its database.
type nativeResult struct {
	c   C.kuzu_query_result
	row C.kuzu_flat_tuple // of the engine, overwritten by next
}

// close may be called more than once.
func (res *nativeResult) close() {
	if res.c._query_result != nil {
		C.kuzu_query_result_destroy(&res.c)
		res.c._query_result = nil
	}
}

// failure returns the error of the first statement of the text that failed:
// the engine reports success if only the first of them succeeds.
func (res *nativeResult) failure() error {
	if err := statementError(&res.c); err != nil {
		return err
	}
	for C.kuzu_query_result_has_next_query_result(&res.c) {
		var next C.kuzu_query_result // owned by the first
		if C.kuzu_query_result_get_next_query_result(&res.c, &next) != 0 {
			return errNoResult
		}
		if err := statementError(&next); err != nil {
			return err
		}
	}
	return nil
}

var errNoResult = errors.New("Runtime exception: The engine returned no result.")

func statementError(res *C.kuzu_query_result) error {
	if res._query_result == nil {
		return errNoResult
	}
	if C.kuzu_query_result_is_success(res) {
		return nil
	}
	text := C.kuzu_query_result_get_error_message(res)
	if text == nil {
		return errors.New("Runtime exception: The engine gave no reason.")
	}
	return errors.New(takeString(text))
}

func (res *nativeResult) columns() []string {
	names := make([]string, int(C.kuzu_query_result_get_num_columns(&res.c)))
	for i := range names {
		var name *C.char
		if C.kuzu_query_result_get_column_name(&res.c, C.uint64_t(i), &name) == 0 {
			names[i] = takeString(name)
		}
	}
	return names
}

// next moves to the next row and tells whether there is one.
func (res *nativeResult) next() (bool, error) {
	if !C.kuzu_query_result_has_next(&res.c) {
		return false, nil
	}
	if C.kuzu_query_result_get_next(&res.c, &res.row) != 0 {
		return false, errors.New("Runtime exception: The engine could not fetch a row.")
	}
	return true, nil
}

// takeString copies a string of the engine and frees it.
func takeString(s *C.char) string {
	defer C.kuzu_destroy_string(s)
	return C.GoString(s)
}
