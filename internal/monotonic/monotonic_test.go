package monotonic_test

import (
	"testing"
	"time"

	"github.com/robosystems/kuzuclient/internal/monotonic"
)

func TestJump(t *testing.T) {
	before := monotonic.Now()
	if before <= 0 || monotonic.Now() < before {
		t.Errorf("%d, then less", before)
	}
	monotonic.Jump(time.Hour)
	if passed := monotonic.Now() - before; passed < int64(time.Hour) || passed > int64(2*time.Hour) {
		t.Errorf("%v passed in a jump of an hour", time.Duration(passed))
	}
}
