package table_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/robosystems/kuzuclient/bench/table"
)

func TestReport(t *testing.T) {
	file := filepath.Join(t.TempDir(), "results.json")
	var out strings.Builder
	err := table.Report(&out, file,
		table.Row{Name: "fast", Unit: "/s", Ours: 49_700, Baseline: 5100, Ratio: 9.75, Target: table.AtLeast(8)},
		table.Row{Name: "cheap", Unit: "ns", Ours: 105, Baseline: 100, Ratio: 1.05, Target: table.AtMost(1.06)},
		table.Row{Name: "bare", Unit: "ns", Ours: 100, Baseline: 100, Ratio: 1},
	)
	if err != nil {
		t.Error(err)
	}
	err = table.Report(&out, file, table.Row{Name: "fast", Ours: 1, Baseline: 1, Ratio: 1, Target: table.AtLeast(8)},
		table.Row{Name: "dear", Ours: 2, Baseline: 1, Ratio: 2, Target: table.AtMost(1.5)})
	if want := "fast: the ratio is 1, the target >= 8\ndear: the ratio is 2, the target <= 1.5"; err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
	for _, want := range []string{"name  | ours", "fast  | 49700 /s | 5100 /s  | 9.75  | >= 8    | yes", "bare  | 100 ns   | 100 ns   | 1     | -       | yes", "| NO"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, &out)
		}
	}
	stored, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(stored); strings.Count(got, `"name"`) != 4 || !strings.Contains(got, runtime.Version()) || strings.Count(got, `"fast"`) != 1 || strings.Contains(got, "49700") {
		t.Errorf("stored is %s", got)
	}
	if err := os.WriteFile(file, []byte("no"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := table.Report(&out, file); err == nil || !strings.Contains(err.Error(), "delete it") {
		t.Errorf("error is %v", err)
	}
}

// TestShort: the short form prints, and neither keeps nor asks.
func TestShort(t *testing.T) {
	t.Setenv("BENCH_SHORT", "1")
	file := filepath.Join(t.TempDir(), "results.json")
	var out strings.Builder
	if err := table.Report(&out, file, table.Row{Name: "dear", Ours: 2, Baseline: 1, Ratio: 2, Target: table.AtMost(1)}); err != nil || !strings.Contains(out.String(), "dear") {
		t.Errorf("got %v and %s", err, &out)
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file: %v", err)
	}
	calls := 0
	count := func() (int, error) { calls++; return calls, nil }
	if values, err := table.Rounds(7, count, count); err != nil || len(values[0]) != 1 || values[1][0] != 2 {
		t.Errorf("got %v, %v", values, err)
	}
}

func TestFigures(t *testing.T) {
	seconds := make([]float64, 200)
	for i := range seconds {
		seconds[i] = float64(200 - i)
	}
	if f := table.FiguresOf(seconds, 50); f.P50 != 100 || f.P95 != 190 || f.P99 != 198 || f.PerSecond != 4 {
		t.Errorf("got %+v", f)
	}
	var calls atomic.Int64
	var kept atomic.Pointer[[64]byte]
	f, err := table.Calls(4, 100, func() error { calls.Add(1); kept.Store(new([64]byte)); return nil })
	if err != nil || calls.Load() != 100 || f.P50 <= 0 || f.P99 < f.P50 || f.PerSecond <= 0 || f.Allocs < 1 {
		t.Errorf("%d calls, %+v, %v", calls.Load(), f, err)
	}
	broken := errors.New("broken")
	if _, err := table.Calls(2, 2, func() error { return broken }); !errors.Is(err, broken) {
		t.Errorf("error is %v", err)
	}
}

// TestStore: what was found replaces what has the same name, and nothing else.
func TestStore(t *testing.T) {
	file := filepath.Join(t.TempDir(), "results.json")
	client := func(name string, p50 float64) table.Client {
		return table.Client{Scenario: "query", Name: name, Figures: table.Figures{P50: p50}}
	}
	growth := []table.Series{{Name: "rows", Points: []table.Point{{Size: 1, Time: 2}}}}
	for _, found := range []table.Results{
		{Clients: []table.Client{client("a", 1), client("b", 2)}},
		{Growth: growth},
		{Clients: []table.Client{client("a", 3)}},
	} {
		if err := table.Store(file, found); err != nil {
			t.Fatal(err)
		}
	}
	got, err := table.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	if want := []table.Client{client("b", 2), client("a", 3)}; !slices.Equal(got.Clients, want) || len(got.Growth) != 1 || got.Growth[0].Points[0] != growth[0].Points[0] {
		t.Errorf("got %+v", got)
	}
}

func TestPaired(t *testing.T) {
	var order string
	values := []float64{10, 30, 20}
	side := func(name string, factor float64) func() (float64, error) {
		i := 0
		return func() (float64, error) { order += name; i++; return values[i-1] * factor, nil }
	}
	ours, baseline, ratio, err := table.Paired(3, side("a", 2), side("b", 1))
	if ours != 40 || baseline != 20 || ratio != 2 || err != nil || order != "abbaab" {
		t.Errorf("got %v, %v, %v, %v in the order %s", ours, baseline, ratio, err, order)
	}
	broken := errors.New("broken")
	if _, _, _, err = table.Paired(1, side("a", 1), func() (float64, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Errorf("error is %v", err)
	}
	if got := table.Median([]float64{4, 1, 3, 2}); got != 2.5 {
		t.Errorf("the median is %v", got)
	}
}
