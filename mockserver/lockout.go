package mockserver

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// Ten wrong keys from an address lock it out for five minutes after the last.
const (
	maxWrongKeys = 10
	lockoutTime  = 300 * time.Second
)

// lockout counts wrong keys by the address of the caller.
type lockout struct {
	clock clock

	mu    sync.Mutex
	wrong map[string]wrongKeys // guarded by mu
	sweep time.Time            // guarded by mu; when to forget what has expired
}

type wrongKeys struct {
	count int
	last  time.Time
}

// locked reports whether an address is locked out. That it asked again does not
// prolong it.
func (l *lockout) locked(address string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	seen, ok := l.wrong[address]
	if ok && l.clock.since(seen.last) >= lockoutTime {
		delete(l.wrong, address)
		return false
	}
	return seen.count >= maxWrongKeys
}

// failed counts a wrong key.
func (l *lockout) failed(address string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.now()
	if now.After(l.sweep) {
		for other, seen := range l.wrong {
			if now.Sub(seen.last) >= lockoutTime {
				delete(l.wrong, other)
			}
		}
		l.sweep = now.Add(lockoutTime)
	}
	if l.wrong == nil {
		l.wrong = make(map[string]wrongKeys)
	}
	l.wrong[address] = wrongKeys{l.wrong[address].count + 1, now}
}

// passed forgets the wrong keys of an address.
func (l *lockout) passed(address string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.wrong, address)
}

// reset forgets all.
func (l *lockout) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wrong = nil
}

func callerAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
