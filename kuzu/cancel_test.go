package kuzu_test

import (
	"context"
	"errors"
	"testing"

	"github.com/robosystems/kuzuclient/kuzu"
)

// TestCanceledStreams gives up before, within and after the first chunk.
func TestCanceledStreams(t *testing.T) {
	for name, begin := range map[string]string{"before a row": "", "within a line": firstChunk + lastChunk[:40], "between lines": firstChunk} {
		t.Run(name, func(t *testing.T) {
			srv, gone := stalling(t, begin)
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			why := errors.New("the user left")
			rows := srv.client(t).Stream(ctx, "RETURN 1", nil)
			if begin != "" {
				for range 2 {
					if !rows.Next() {
						t.Fatal(rows.Err())
					}
				}
			}
			cancel(why)
			if rows.Next() {
				t.Error("there is another row")
			}
			wantError(t, rows.Err(), kuzu.KindCanceled, "queryDatabase")
			if err := rows.Err(); !errors.Is(err, context.Canceled) || !errors.Is(err, kuzu.ErrCanceled) || !errors.Is(err, why) {
				t.Errorf("%v hides the context's error or its cause", err)
			}
			if rows.Close() != nil || !errors.Is(rows.Err(), kuzu.ErrCanceled) {
				t.Errorf("after Close the error is %v", rows.Err())
			}
			<-gone
		})
	}
	t.Run("before it begins", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		srv := serve(t, says(200, asNDJSON, firstChunk+lastChunk))
		rows := srv.client(t).Stream(ctx, "RETURN 1", nil)
		if rows.Next() {
			t.Error("there is a row")
		}
		wantError(t, rows.Err(), kuzu.KindCanceled)
		srv.wantNothingSent(t)
	})
}

// TestCanceledCalls: the context's own error stays visible, and nothing is sent
// for a context that has ended.
func TestCanceledCalls(t *testing.T) {
	srv := serve(t, says(200, asJSON, "{}"))
	c := srv.client(t)
	why := errors.New("the user left")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	for operation, call := range jsonOperations() {
		err := call(ctx, c)
		wantError(t, err, kuzu.KindCanceled)
		if !errors.Is(err, context.Canceled) || !errors.Is(err, why) {
			t.Errorf("%s: %v hides the context's error or its cause", operation, err)
		}
	}
	expired, cancelExpired := context.WithTimeout(t.Context(), 0)
	defer cancelExpired()
	for operation, call := range jsonOperations() {
		err := call(expired, c)
		wantError(t, err, kuzu.KindTimeout)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v hides the context's error", operation, err)
		}
	}
	srv.wantNothingSent(t)
}
