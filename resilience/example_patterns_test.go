package resilience_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/robosystems/kuzuclient/resilience"
)

// externalAPIClient has one chain for all its endpoints: three attempts, each
// with 10 s and counted by the breaker.
type externalAPIClient struct {
	chain *resilience.Chain
	get   func(ctx context.Context, url string) (string, error)
}

func newExternalAPIClient(get func(context.Context, string) (string, error)) (*externalAPIClient, error) {
	chain, err := resilience.Compose(
		resilience.Retry(quickly(3)),
		resilience.Timeout(resilience.APITimeout),
		resilience.Breaker("external_api", resilience.MiddlewareBreaker()))
	return &externalAPIClient{chain: chain, get: get}, err
}

func (c *externalAPIClient) callAPI(ctx context.Context, endpoint string) (string, error) {
	return resilience.Do(ctx, c.chain, func(ctx context.Context) (string, error) {
		return c.get(ctx, "https://api.example.com"+endpoint)
	})
}

func Example_externalAPI() {
	calls := 0
	client, err := newExternalAPIClient(func(_ context.Context, url string) (string, error) {
		if calls++; calls == 1 {
			return "", errConnection
		}
		return "answer of " + url, nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(client.callAPI(context.Background(), "/v1/entity"))
	// Output: answer of https://api.example.com/v1/entity <nil>
}

func Example_database() {
	errOperational := errors.New("operational error")
	retry := resilience.RetrySettings{
		MaxAttempts: 3,
		Strategy:    resilience.Exponential{Initial: time.Millisecond, Max: time.Second, Factor: 1.5},
		On:          resilience.AnyOf(resilience.Is(errOperational), resilience.As[*resilience.TimeoutError]()),
	}
	retrier := resilience.Retry(retry)
	executed := 0
	execute := func(context.Context) (int, error) { // conn.Execute(query)
		if executed++; executed < 3 {
			return 0, errOperational
		}
		return 42, nil
	}
	fmt.Println(resilience.Do(context.Background(), retrier, execute))
	fmt.Println(retry.Strategy.Delay(1, nil), retry.Strategy.Delay(2, nil))
	// Output:
	// 42 <nil>
	// 1ms 1.5ms
}

// resilientQueue publishes behind a breaker that sees a message as lost when
// all its attempts failed, and consumes nothing rather than failing.
type resilientQueue struct {
	publish *resilience.Chain
	consume func(context.Context) ([]string, error)
}

func newResilientQueue(receive func(context.Context) ([]string, error)) (*resilientQueue, error) {
	settings := resilience.MiddlewareBreaker()
	settings.FailureThreshold = 10
	publish, errPublish := resilience.Compose(resilience.Breaker("publish", settings), resilience.Retry(quickly(5)))
	consume, errConsume := resilience.Wrap(receive, resilience.Fallback([]string{}))
	return &resilientQueue{publish: publish, consume: consume}, errors.Join(errPublish, errConsume)
}

func (q *resilientQueue) publishMessage(ctx context.Context, send func(context.Context) error) error {
	_, err := resilience.Do(ctx, q.publish, func(ctx context.Context) (struct{}, error) { return struct{}{}, send(ctx) })
	return err
}

func Example_messageQueue() {
	queue, err := newResilientQueue(func(context.Context) ([]string, error) { return nil, errConnection })
	if err != nil {
		fmt.Println(err)
		return
	}
	sends := 0
	err = queue.publishMessage(context.Background(), func(context.Context) error { sends++; return errConnection })
	fmt.Println(sends, errors.Is(err, resilience.ErrExhausted))
	messages, err := queue.consume(context.Background())
	fmt.Println(len(messages), err)
	// Output:
	// 5 true
	// 0 <nil>
}
