package mockserver_test

import (
	"os"
	"testing"

	"github.com/robosystems/kuzuclient/internal/planted"
)

// TestMain searches everything that the tests bring to light for the API key that
// requests under test carry.
func TestMain(m *testing.M) { os.Exit(planted.Main(m)) }
