package resilience_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

func ExampleFallback() {
	getServiceStatus, err := resilience.Wrap(func(context.Context) (map[string]string, error) {
		return nil, errConnection
	}, resilience.Fallback(map[string]string{"status": "unavailable"}))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(getServiceStatus(context.Background()))
	// Output: map[status:unavailable] <nil>
}

type balance struct {
	Amount int
	Status string
}

// A report tells a fallback from the real thing.
func ExampleWithReport() {
	getAccountBalance, err := resilience.Wrap(func(context.Context) (balance, error) {
		return balance{}, errConnection
	}, resilience.Fallback(balance{Amount: 0, Status: "unknown"}))
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, report := resilience.WithReport(context.Background())
	fmt.Println(getAccountBalance(ctx))
	use, used := report.Fallback()
	fmt.Printf("%v: %s, because of %q\n", used, use.From, use.Cause)
	// Output:
	// {0 unknown} <nil>
	// true: default value, because of "connection reset"
}

func ExampleCacheFallback() {
	up := true
	getUserData, err := resilience.Wrap(func(ctx context.Context) (string, error) {
		if !up {
			return "", errConnection
		}
		return "data of " + resilience.KeyFromContext(ctx), nil
	}, resilience.CacheFallback[string](resilience.CacheSettings{
		Key: resilience.KeyFromContext, TTL: 5 * time.Minute, MaxEntries: 1000,
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	alice := resilience.WithKey(context.Background(), "alice")
	fmt.Println(getUserData(alice))
	up = false
	fmt.Println(getUserData(alice))
	_, err = getUserData(resilience.WithKey(context.Background(), "bob"))
	fmt.Println(err)
	// Output:
	// data of alice <nil>
	// data of alice <nil>
	// resilience: connection reset; and no fallback from the cache: no cached value
}

func ExampleDegrade() {
	errUnavailable := errors.New("service unavailable")
	data := []int{1, 2, 3}
	complexAnalysis, err := resilience.Wrap(func(context.Context) (string, error) {
		return "", errUnavailable // mlService.Analyze(data)
	}, resilience.Degrade(func(context.Context, error) (string, error) {
		return fmt.Sprintf("%d values", len(data)), nil // a simple analysis instead
	}, 5*time.Second, resilience.Is(errUnavailable)))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(complexAnalysis(context.Background()))
	// Output: 3 values <nil>
}
