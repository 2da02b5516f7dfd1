package fleet_test

import (
	"os"
	"testing"

	"github.com/robosystems/kuzuclient/internal/planted"
)

// TestMain searches everything that the tests bring to light for the API key that
// fleets under test have.
func TestMain(m *testing.M) { os.Exit(planted.Main(m)) }
