package table

import (
	"math"
	"os"
	"slices"
)

// Short reports whether BENCH_SHORT asks for the short form.
func Short() bool { return os.Getenv("BENCH_SHORT") != "" }

// Count is n, or fewer in the short form.
func Count(n, fewer int) int {
	if Short() {
		return fewer
	}
	return n
}

// Rounds measures sides in turns, so that what disturbs the machine disturbs all
// of them, in reverse in every other round. It returns what each side gave, a
// value a round. The short form is one round.
func Rounds[T any](rounds int, sides ...func() (T, error)) ([][]T, error) {
	values := make([][]T, len(sides))
	for round := range Count(rounds, 1) {
		for i := range sides {
			if round%2 == 1 {
				i = len(sides) - 1 - i
			}
			value, err := sides[i]()
			if err != nil {
				return nil, err
			}
			values[i] = append(values[i], value)
		}
	}
	return values, nil
}

// Paired measures two sides in turns; see [Rounds]. It returns the median of each
// side and the median of the rounds' ratios.
func Paired(rounds int, ours, baseline func() (float64, error)) (oursMedian, baselineMedian, ratio float64, err error) {
	values, err := Rounds(rounds, ours, baseline)
	if err != nil {
		return 0, 0, 0, err
	}
	return Median(values[0]), Median(values[1]), MedianRatio(values[0], values[1]), nil
}

// MedianRatio is the median of the ratios of two sides in each round.
func MedianRatio(ours, baseline []float64) float64 {
	ratios := make([]float64, len(ours))
	for i := range ours {
		ratios[i] = ours[i] / baseline[i]
	}
	return Median(ratios)
}

// Median returns the middle of values, the mean of the two middle ones if their
// number is even, and NaN if there are none.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}
