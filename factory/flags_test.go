package factory_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/robosystems/kuzuclient/factory"
	"github.com/robosystems/kuzuclient/kuzu"
)

// TestFlags sets each flag that no routing row has both ways, and looks at what a
// call does.
func TestFlags(t *testing.T) {
	on := func(flag bool) string {
		if flag {
			return "on"
		}
		return "off"
	}
	for _, flag := range []bool{true, false} {
		t.Run("retries "+on(flag), func(t *testing.T) {
			w := newWorld(t)
			n := w.writer("i-1", "standard", parent)
			var failed atomic.Bool
			n.before = func(_ http.Handler, rw http.ResponseWriter, _ *http.Request) bool {
				if failed.Swap(true) {
					return false
				}
				http.Error(rw, "bad gateway", http.StatusBadGateway)
				return true
			}
			w.cfg.Retries = flag
			c, err := w.factory().Client(t.Context(), parent, factory.Read)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Query(t.Context(), "RETURN 1 AS one", nil); (err == nil) != flag {
				t.Errorf("got %v", err)
			}
		})
		t.Run("breakers "+on(flag), func(t *testing.T) {
			w := newWorld(t)
			w.cfg.Breakers, w.cfg.MaxRetries = flag, 0
			n := w.writer("i-1", "standard", parent)
			f := w.factory()
			c, err := f.Client(t.Context(), parent, factory.Read)
			mustQuery(t, c, err)
			n.Close()
			for range 2 * w.cfg.BreakerThreshold {
				_, err = c.Query(t.Context(), "RETURN 1 AS one", nil)
			}
			if errors.Is(err, kuzu.ErrCircuitOpen) != flag {
				t.Errorf("got %v", err)
			}
			if s, ok := f.Tracker().Status(n.URL); !ok || len(s.Breakers) > 0 != flag {
				t.Errorf("the tracker shows %+v", s.Breakers)
			}
		})
		t.Run("Redis "+on(flag), func(t *testing.T) {
			w := newWorld(t)
			w.cfg.RedisCache = flag
			w.writer("i-1", "standard", parent)
			f := w.factory()
			d := f.Explain(t.Context(), parent, factory.Read)
			if d.Err != nil || strings.Contains(d.String(), "redis: switched off") == flag {
				t.Errorf("explained as %v", d)
			}
			if _, known := f.Tracker().Status("redis"); known != flag {
				t.Error("the tracker follows a Redis that is off, or does not follow one that is on")
			}
		})
	}
}
