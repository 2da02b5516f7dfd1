package mockserver

import (
	"net"
	"net/http"
)

// AdminAccess says who may use the admin API.
type AdminAccess string

// The kinds of access.
const (
	// AdminOff, or "", is the default of a [Server]: paths below /__mock/ are not
	// found.
	AdminOff AdminAccess = "off"
	// AdminLoopback lets in who calls from a loopback address.
	AdminLoopback AdminAccess = "loopback"
	// AdminOpen lets everybody in.
	AdminOpen AdminAccess = "open"
)

func (a AdminAccess) known() bool { return a.off() || a == AdminLoopback || a == AdminOpen }

func (a AdminAccess) off() bool { return a == AdminOff || a == "" }

// adminPath is what the paths of the admin API begin with.
const adminPath = "/__mock/"

// onlyLoopback refuses callers from other machines.
func onlyLoopback(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ip := net.ParseIP(callerAddress(r)); ip == nil || !ip.IsLoopback() {
			writeDetail(w, http.StatusForbidden, "The admin API answers only callers from a loopback address; see kuzu-mock -admin")
			return
		}
		next.ServeHTTP(w, r)
	})
}
