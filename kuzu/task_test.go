package kuzu_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
)

// waited is the outcome of a wait.
type waited struct {
	record   kuzu.TaskRecord
	err      error
	progress []kuzu.Progress
	took     time.Duration // of virtual time
}

func wait(ctx context.Context, t *testing.T, srv *tasks) waited {
	t.Helper()
	c := inMemory(t, srv.ServeHTTP).client(t)
	var w waited
	begin := time.Now()
	w.record, w.err = c.WaitTask(ctx, "t1", func(p kuzu.Progress) { w.progress = append(w.progress, p) })
	w.took = time.Since(begin)
	return w
}

func (w waited) percents() (percents []int) {
	for _, p := range w.progress {
		percents = append(percents, p.Percent)
	}
	return percents
}

func TestWaitTaskSucceeds(t *testing.T) {
	broken := http.ErrAbortHandler
	for name, test := range map[string]struct {
		srv       *tasks
		took      time.Duration
		percents  []int
		monitored int
	}{
		"as it should be": {&tasks{
			events:  []http.HandlerFunc{events(connected, progress(0, 0), 15*time.Second, ping, 15*time.Second, heartbeat, 44*time.Second, ping, 16*time.Second, progress(50, 500), time.Second, completed)},
			records: []http.HandlerFunc{done},
		}, 91 * time.Second, []int{0, 50, 100}, 1},
		// A server answers nothing while it copies; that is no reason to give up.
		"silence of an hour": {&tasks{events: []http.HandlerFunc{events(time.Hour, connected, completed)}, records: []http.HandlerFunc{frozen(24*time.Hour, running), done}}, time.Hour, []int{100}, 1},
		"silence after a head": {&tasks{
			events: []http.HandlerFunc{events(connected, time.Hour, completed)}, records: []http.HandlerFunc{frozen(24*time.Hour, running), done},
		}, time.Hour, []int{100}, 1},
		// The stream is dead and its server is not.
		"stream that fell silent": {&tasks{
			events:  []http.HandlerFunc{events(connected, progress(10, 100), 24*time.Hour), events(connected, progress(60, 600), completed)},
			records: []http.HandlerFunc{running, running, done},
		}, 45*time.Second + 100*time.Millisecond, []int{10, 60, 100}, 2},
		"stream that fell silent after the end": {&tasks{
			events: []http.HandlerFunc{events(connected, 24*time.Hour)}, records: []http.HandlerFunc{done},
		}, 45 * time.Second, []int{100}, 1},
		"silence, and a record that cannot be had": {&tasks{
			events:  []http.HandlerFunc{events(connected, 100*time.Second, completed)},
			records: []http.HandlerFunc{says(502, "", ""), says(503, "", ""), done},
		}, 100 * time.Second, []int{100}, 1},
		// The event is as good as the record.
		"record that cannot be had after the end": {&tasks{
			events: []http.HandlerFunc{events(connected, completed)}, records: []http.HandlerFunc{says(502, "", "")},
		}, 0, []int{100}, 1},
		"record that has gone after the end": {&tasks{
			events: []http.HandlerFunc{events(connected, completed)}, records: []http.HandlerFunc{unknown},
		}, 0, []int{100}, 1},
		"record that does not come after the end": {&tasks{
			events: []http.HandlerFunc{events(connected, completed)}, records: []http.HandlerFunc{frozen(24*time.Hour, running), done},
		}, 5 * time.Second, []int{100}, 1},
		"end that is not understood": {&tasks{
			events: []http.HandlerFunc{events("event: completed\ndata: half\n\n"), events("event: failed\ndata: half\n\n")}, records: []http.HandlerFunc{running, running, done},
		}, 300 * time.Millisecond, []int{10, 100}, 3},
		"progress that says completed": {&tasks{
			events:  []http.HandlerFunc{events("event: progress\ndata: {\"status\": \"completed\", \"progress_percent\": 100}\n\n")},
			records: []http.HandlerFunc{done},
		}, 0, []int{100, 100}, 1},
		"completed before": {&tasks{events: []http.HandlerFunc{events(connected, completed)}, records: []http.HandlerFunc{done}}, 0, []int{100}, 1},
		"stream that stays open after its end": {&tasks{
			events: []http.HandlerFunc{events(connected, completed, 24*time.Hour)}, records: []http.HandlerFunc{done},
		}, 0, []int{100}, 1},
		"stream broken, then taken up": {&tasks{
			events:  []http.HandlerFunc{events(connected, progress(10, 100), 30*time.Second, ping, 30*time.Second, broken), events(connected, progress(10, 100), progress(60, 600), 40*time.Second, ping, 20*time.Second, completed)},
			records: []http.HandlerFunc{running, done},
		}, 2*time.Minute + 100*time.Millisecond, []int{10, 60, 100}, 2},
		"stream ended, then taken up": {&tasks{
			events: []http.HandlerFunc{events(connected), events(connected, completed)}, records: []http.HandlerFunc{running, done},
		}, 100 * time.Millisecond, []int{10, 100}, 2},
		// The monitor failed, which says nothing of the task.
		"error event, and the task goes on": {&tasks{
			events: []http.HandlerFunc{events(connected, gone), events(connected, completed)}, records: []http.HandlerFunc{running, done},
		}, 100 * time.Millisecond, []int{10, 100}, 2},
		"error event, and the task is done": {&tasks{events: []http.HandlerFunc{events(connected, gone)}, records: []http.HandlerFunc{done}}, 0, []int{100}, 1},
		"event before the record":           {&tasks{events: []http.HandlerFunc{events(completed)}, records: []http.HandlerFunc{running, done}}, 0, []int{100}, 1},
		"no monitor": {&tasks{
			events: []http.HandlerFunc{noMonitor}, records: []http.HandlerFunc{record("pending", 0, ""), record("running", 0, ""), running, running, done},
		}, 1500 * time.Millisecond, []int{0, 0, 10, 100}, 1},
		"something else for a monitor": {&tasks{events: []http.HandlerFunc{says(200, "text/html", "<html>")}, records: []http.HandlerFunc{running, running, done}}, 300 * time.Millisecond, []int{10, 100}, 1},
		"failures that pass": {&tasks{
			events: []http.HandlerFunc{says(502, "text/html", "<html>")},
			records: []http.HandlerFunc{
				says(500, "text/plain", "Internal Server Error"), says(503, "", ""), says(429, "", ""), cutOff(asJSON, "{"),
				says(500, asJSON, `{"detail":"Unexpected error: 408: x"}`), done,
			},
		}, 3100 * time.Millisecond, []int{100}, 6},
		"events that are not understood": {&tasks{
			events:  []http.HandlerFunc{events("event: progress\ndata: half\n\n", "event: tomorrow\ndata: {}\n\n", "data: {}\n\n", progress(30, 300), completed)},
			records: []http.HandlerFunc{done},
		}, 0, []int{30, 100}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := wait(t.Context(), t, test.srv)
				if got.err != nil || got.record.Status != kuzu.TaskCompleted || got.record.Result == nil || got.record.Result.DurationSeconds != 2.5 {
					t.Errorf("got %+v, %v", got.record, got.err)
				}
				if got.took != test.took {
					t.Errorf("it took %v, want %v", got.took, test.took)
				}
				if !slices.Equal(got.percents(), test.percents) {
					t.Errorf("progress was %+v, want %v", got.progress, test.percents)
				}
				if monitored, _ := test.srv.asked(); monitored != test.monitored {
					t.Errorf("the events were asked for %d times, want %d", monitored, test.monitored)
				}
			})
		})
	}
}

func TestWaitTaskFails(t *testing.T) {
	for name, test := range map[string]struct {
		events, record http.HandlerFunc
		kind           kuzu.Kind
		want           []string
		status         kuzu.TaskStatus
	}{
		"with a reason": {events(connected, failed), record("failed", 30, `,"error":"Runtime exception: Found duplicated primary key value 1"`),
			kuzu.KindExecution, []string{"getTask", "task t1 failed: Runtime exception: Found duplicated primary key value 1"}, kuzu.TaskFailed},
		"with the statement's fault": {events(failed), record("failed", 0, `,"error":"Binder exception: Table Nope does not exist."`),
			kuzu.KindSyntax, []string{"task t1 failed: Binder exception: Table Nope does not exist."}, kuzu.TaskFailed},
		"by its time limit":    {events(failed), record("failed", 0, `,"error":"Interrupted."`), kuzu.KindTimeout, []string{"task t1 failed: Interrupted."}, kuzu.TaskFailed},
		"without a reason":     {events(failed), record("failed", 0, `,"error":null`), kuzu.KindExecution, []string{"task t1 failed: the server gives no reason"}, kuzu.TaskFailed},
		"with an empty reason": {noMonitor, record("failed", 0, `,"error":""`), kuzu.KindExecution, []string{"the server gives no reason"}, kuzu.TaskFailed},
		"unknown":              {events(connected, gone), unknown, kuzu.KindNotFound, []string{"not found (404): Task t1 not found"}, ""},
		"wrong key":            {says(401, asJSON, `{"detail":"Invalid API key"}`), says(401, asJSON, `{"detail":"Invalid API key"}`), kuzu.KindUnauthorized, []string{"check the API key"}, ""},
		"locked out":           {events(), says(429, asJSON, `{"detail":"Too many failed authentication attempts"}`), kuzu.KindLockedOut, nil, ""},
		"as an event says":     {events(connected, failed), says(502, "", ""), kuzu.KindExecution, []string{"task t1 failed: x"}, kuzu.TaskFailed},
		"not implemented":      {events(failed), record("failed", 0, `,"error":"Backup functionality not yet implemented"`), kuzu.KindUnsupported, []string{"task t1 failed: Backup functionality not yet implemented"}, kuzu.TaskFailed},
		"no tasks here":        {noMonitor, noMonitor, kuzu.KindUnsupported, []string{"unsupported by this server"}, ""},
		"record that is none":  {events(), says(200, asJSON, "{}"), kuzu.KindProtocol, []string{"the answer has no status"}, ""},
		"page of a proxy":      {events(), says(200, "text/html", "<html>"), kuzu.KindProtocol, []string{"content type"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := wait(t.Context(), t, &tasks{events: []http.HandlerFunc{test.events}, records: []http.HandlerFunc{test.record}})
				wantError(t, got.err, test.kind, test.want...)
				if got.record.Status != test.status || got.took != 0 {
					t.Errorf("after %v the record is %+v", got.took, got.record)
				}
			})
		})
	}
}

// TestWaitTaskGivesUp when its context ends, and not before.
func TestWaitTaskGivesUp(t *testing.T) {
	for name, test := range map[string]struct {
		srv  *tasks
		want string
	}{
		"frozen server":       {&tasks{events: []http.HandlerFunc{events(48 * time.Hour)}, records: []http.HandlerFunc{frozen(48*time.Hour, running)}}, "gave up waiting for task t1, which is not known yet"},
		"heartbeats only":     {&tasks{events: []http.HandlerFunc{events(slices.Repeat([]any{30 * time.Second, heartbeat}, 3000)...)}, records: []http.HandlerFunc{running}}, "which is not known yet"},
		"a task that is dead": {&tasks{events: []http.HandlerFunc{noMonitor}, records: []http.HandlerFunc{running}}, "gave up waiting for task t1, which is running; it goes on without us"},
		"a server that is":    {&tasks{events: []http.HandlerFunc{says(502, "", "")}, records: []http.HandlerFunc{says(502, "", "")}}, "not known yet"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				got := wait(ctx, t, test.srv)
				wantError(t, got.err, kuzu.KindTimeout, "getTask", test.want, "context deadline exceeded")
				if !errors.Is(got.err, context.DeadlineExceeded) || got.took != time.Hour {
					t.Errorf("after %v: %v", got.took, got.err)
				}
				if _, polls := test.srv.asked(); polls > 3600/5+10 {
					t.Errorf("the record was asked for %d times in an hour", polls)
				}
				if len(got.progress) > 1 {
					t.Errorf("progress was reported %d times and there was none", len(got.progress))
				}
			})
		})
	}
	t.Run("canceled", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			why := errors.New("the user left")
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(time.Minute, func() { cancel(why) })
			got := wait(ctx, t, &tasks{events: []http.HandlerFunc{noMonitor}, records: []http.HandlerFunc{running}})
			wantError(t, got.err, kuzu.KindCanceled, "gave up waiting for task t1, which is running")
			if !errors.Is(got.err, context.Canceled) || !errors.Is(got.err, why) || got.took != time.Minute || got.record.Status != kuzu.TaskRunning {
				t.Errorf("after %v: %+v, %v", got.took, got.record, got.err)
			}
		})
	})
}

// TestProgressOfEvents carries all of an event, and the callback may be nil.
func TestProgressOfEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := &tasks{events: []http.HandlerFunc{events(progress(30, 300), completed)}, records: []http.HandlerFunc{done}}
		got := wait(t.Context(), t, srv)
		want := []kuzu.Progress{
			{Status: kuzu.TaskRunning, Percent: 30, Records: 300, Message: "Processing Person..."},
			{Status: kuzu.TaskCompleted, Percent: 100, Records: 1000},
		}
		if !slices.Equal(got.progress, want) {
			t.Errorf("got %+v", got.progress)
		}
		if _, err := inMemory(t, srv.ServeHTTP).client(t).WaitTask(t.Context(), "t1", nil); err != nil {
			t.Error(err)
		}
	})
}
