package kuzu_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/robosystems/kuzuclient/kuzu"
)

const (
	firstChunk = `{"chunk_index": 0, "data": [{"n": 0}, {"n": 1}], "columns": ["n"], "is_last_chunk": false, "row_count": 2, "total_rows_sent": 2}` + "\n"
	lastChunk  = `{"chunk_index": 1, "data": [{"n": 2}], "columns": [], "is_last_chunk": true, "row_count": 1, "total_rows_sent": 3, "execution_time_ms": 12.5, "database": "social"}` + "\n"
)

// stalling sends the beginning of a stream and then nothing, until the client
// goes, which it reports.
func stalling(t *testing.T, begin string) (srv *wire, gone <-chan struct{}) {
	t.Helper()
	left := make(chan struct{}, 1)
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", asNDJSON)
		_, _ = io.WriteString(w, begin)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		left <- struct{}{}
	}), left
}

func TestRowsReadToTheEnd(t *testing.T) {
	srv := serve(t, says(200, asNDJSON, firstChunk+lastChunk))
	rows := srv.client(t).Stream(t.Context(), "MATCH (n) RETURN n.n AS n;", nil)
	if rows.Columns() != nil {
		t.Error("there are columns before the first row")
	}
	var n int
	wantError(t, rows.Scan(&n), kuzu.KindInvalidRequest, "Scan needs a row; call Next")
	var got []int
	var kept []kuzu.Row
	for rows.Next() {
		if !slices.Equal(rows.Columns(), []string{"n"}) {
			t.Errorf("columns are %v", rows.Columns())
		}
		if rows.Err() != nil {
			t.Errorf("an error before the end: %v", rows.Err())
		}
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		got, kept = append(got, n), append(kept, rows.Row())
	}
	if !slices.Equal(got, []int{0, 1, 2}) || rows.Err() != nil {
		t.Errorf("got %v, %v", got, rows.Err())
	}
	for i, row := range kept { // rows stay valid
		if value, err := row.Get("n"); err != nil || value != int64(i) {
			t.Errorf("row %d is now %v, %v", i, value, err)
		}
	}
	if rows.Next() || rows.Err() != nil {
		t.Error("the end is not the end")
	}
	wantError(t, rows.Scan(&n), kuzu.KindInvalidRequest, "Scan needs a row")
	if !slices.Equal(rows.Columns(), []string{"n"}) {
		t.Errorf("columns after the end are %v", rows.Columns())
	}
	for range 2 {
		if rows.Close() != nil || rows.Err() != nil {
			t.Error("closing after the end is an error")
		}
	}
	if uri := srv.asked()[0].uri; uri != "/databases/social/query?streaming=true" {
		t.Errorf("asked %s", uri)
	}
}

func TestRowsAll(t *testing.T) {
	rows := serve(t, says(200, asNDJSON, firstChunk+lastChunk)).client(t).Stream(t.Context(), "RETURN 1", nil)
	if !rows.Next() {
		t.Fatal(rows.Err())
	}
	var got []any
	for row, err := range rows.All() { // goes on where Next was
		if err != nil {
			t.Fatal(err)
		}
		value, err := row.Get("n")
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, value)
	}
	if !slices.Equal(got, []any{int64(1), int64(2)}) {
		t.Errorf("got %v", got)
	}
	for row, err := range rows.All() {
		t.Errorf("after the end there is %v, %v", row, err)
	}

	failing := serve(t, says(200, asNDJSON, firstChunk)).client(t).Stream(t.Context(), "RETURN 1", nil)
	n, last := 0, error(nil)
	for _, err := range failing.All() {
		if last != nil {
			t.Errorf("%v comes after the error", err)
		}
		if last = err; err == nil {
			n++
		}
	}
	wantError(t, last, kuzu.KindTruncated)
	if n != 2 || !errors.Is(failing.Err(), kuzu.ErrTruncated) {
		t.Errorf("%d rows before the error, and Err is %v", n, failing.Err())
	}
}

// TestLeavingEarlyEndsTheTransfer leaves in each way that there is; the server
// must notice.
func TestLeavingEarlyEndsTheTransfer(t *testing.T) {
	for name, leave := range map[string]func(context.Context, *kuzu.Client) error{
		"break out of All": func(ctx context.Context, c *kuzu.Client) error {
			rows := c.Stream(ctx, "RETURN 1", nil)
			for _, err := range rows.All() {
				if err != nil {
					return err
				}
				break
			}
			return rows.Err()
		},
		"break out of StreamAs": func(ctx context.Context, c *kuzu.Client) error {
			for _, err := range kuzu.StreamAs[int](ctx, c, "RETURN 1", nil) {
				return err
			}
			return nil
		},
		"Close": func(ctx context.Context, c *kuzu.Client) error {
			rows := c.Stream(ctx, "RETURN 1", nil)
			if !rows.Next() {
				return rows.Err()
			}
			for range 2 {
				if rows.Close() != nil || rows.Next() {
					return errors.New("a closed stream goes on")
				}
			}
			return rows.Err()
		},
		"Close before the first row": func(ctx context.Context, c *kuzu.Client) error {
			rows := c.Stream(ctx, "RETURN 1", nil)
			if rows.Close() != nil || rows.Next() {
				return errors.New("a closed stream goes on")
			}
			return rows.Err()
		},
		"wrong type": func(ctx context.Context, c *kuzu.Client) error {
			for _, err := range kuzu.StreamAs[string](ctx, c, "RETURN 1", nil) {
				if !errors.Is(err, kuzu.ErrInvalidRequest) {
					return err
				}
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			srv, gone := stalling(t, firstChunk)
			if err := leave(t.Context(), srv.client(t)); err != nil {
				t.Error(err)
			}
			<-gone
		})
	}
}

// TestStreamsReuseTheirConnection: a stream that was read to its end leaves a
// connection that the next one takes. The end of the body comes late here, after
// the last row was handed out.
func TestStreamsReuseTheirConnection(t *testing.T) {
	var addresses []string
	end := make(chan struct{})
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		addresses = append(addresses, r.RemoteAddr)
		w.Header().Set("Content-Type", asNDJSON)
		_, _ = io.WriteString(w, firstChunk+lastChunk)
		_ = http.NewResponseController(w).Flush()
		<-end
	})
	c := srv.client(t)
	for range 3 {
		rows := c.Stream(t.Context(), "RETURN 1", nil)
		for range 3 {
			if !rows.Next() {
				t.Fatal(rows.Err())
			}
		}
		end <- struct{}{}
		if rows.Next() || rows.Err() != nil {
			t.Errorf("at the end: %v", rows.Err())
		}
	}
	if len(slices.Compact(addresses)) != 1 {
		t.Errorf("streams one after the other took the connections %v", addresses)
	}
}

func TestStreamAsSendsWhenItIsRead(t *testing.T) {
	srv := serve(t, says(200, asNDJSON, firstChunk+lastChunk))
	numbers := kuzu.StreamAs[int](t.Context(), srv.client(t), "RETURN 1", nil)
	srv.wantNothingSent(t)
	for range 2 {
		n := 0
		for value, err := range numbers {
			if err != nil || value != n {
				t.Errorf("row %d: %d, %v", n, value, err)
			}
			n++
		}
		if n != 3 {
			t.Errorf("%d rows", n)
		}
	}
	if asked := len(srv.asked()); asked != 2 {
		t.Errorf("the statement was sent %d times for two readings", asked)
	}
}
