package transport

import (
	"encoding/binary"
	"encoding/hex"
	"maps"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"strings"
)

// Headers that are added to every request unless the caller set them.
const (
	requestIDHeader = "X-Request-Id"
	userAgentHeader = "User-Agent"
)

// added are the headers that the chain adds to what is sent, apart from the key.
type added struct {
	id     [1]string   // of the request; "" if the caller gave it one
	agent  []string    // nil if the caller named one; shared, so never changed
	others http.Header // of a propagator, to which this is a carrier; nil for none
}

// to adds them to headers.
func (a *added) to(headers http.Header) {
	if a.id[0] != "" {
		headers[requestIDHeader] = a.id[:]
	}
	if a.agent != nil {
		headers[userAgentHeader] = a.agent
	}
	maps.Copy(headers, a.others)
}

// Set adds a header.
func (a *added) Set(key, value string) {
	if a.others == nil {
		a.others = make(http.Header)
	}
	a.others.Set(key, value)
}

// Get and Keys are not needed to send.
func (*added) Get(string) string { return "" }

// Keys names nothing.
func (*added) Keys() []string { return nil }

// newRequestID returns 16 hexadecimal digits.
func newRequestID() string {
	var number [8]byte
	var digits [2 * len(number)]byte
	binary.NativeEndian.PutUint64(number[:], rand.Uint64())
	hex.Encode(digits[:], number[:])
	return string(digits[:])
}

// libraryVersion is that of this module in the program, "devel" if it was built
// from a working copy.
func libraryVersion() string {
	const module = "github.com/robosystems/kuzuclient"
	version := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range append(info.Deps, &info.Main) {
			if dep.Path == module {
				version = strings.Trim(dep.Version, "()")
			}
		}
	}
	if version == "" {
		version = "devel"
	}
	return version
}
