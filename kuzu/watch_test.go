package kuzu_test

import (
	"context"
	"net/http"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
)

func TestWatchTask(t *testing.T) {
	for name, test := range map[string]struct {
		srv  *tasks
		want []kuzu.Progress
		kind kuzu.Kind // of the last element, 0 for none
	}{
		"completed": {&tasks{events: []http.HandlerFunc{events(connected, progress(30, 300), completed)}, records: []http.HandlerFunc{done}},
			[]kuzu.Progress{{Status: kuzu.TaskRunning, Percent: 30, Records: 300, Message: "Processing Person..."}, {Status: kuzu.TaskCompleted, Percent: 100, Records: 1000}}, 0},
		"failed": {&tasks{events: []http.HandlerFunc{events(progress(30, 300), failed)}, records: []http.HandlerFunc{record("failed", 30, `,"error":"Interrupted."`)}},
			[]kuzu.Progress{{Status: kuzu.TaskRunning, Percent: 30, Records: 300, Message: "Processing Person..."}, {Status: kuzu.TaskFailed, Percent: 30, Records: 300}, {Status: kuzu.TaskFailed, Percent: 30, Records: 300}}, kuzu.KindTimeout},
		"unknown": {&tasks{events: []http.HandlerFunc{events(connected, gone)}, records: []http.HandlerFunc{unknown}}, []kuzu.Progress{{}}, kuzu.KindNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := inMemory(t, test.srv.ServeHTTP).client(t)
				var got []kuzu.Progress
				var last error
				for p, err := range c.WatchTask(t.Context(), "t1") {
					got, last = append(got, p), err
				}
				if !reflect.DeepEqual(got, test.want) {
					t.Errorf("got %+v, want %+v", got, test.want)
				}
				if test.kind != 0 {
					wantError(t, last, test.kind)
				} else if last != nil {
					t.Error(last)
				}
			})
		})
	}
}

// TestWatchTaskCanBeLeft at any element, after which nothing of it is left and
// nothing is asked any more.
func TestWatchTaskCanBeLeft(t *testing.T) {
	for name, srv := range map[string]*tasks{
		"at an event":            {events: []http.HandlerFunc{events(progress(30, 300), 24*time.Hour)}, records: []http.HandlerFunc{running}},
		"at a record":            {events: []http.HandlerFunc{noMonitor}, records: []http.HandlerFunc{running}},
		"at a record in silence": {events: []http.HandlerFunc{events(24 * time.Hour)}, records: []http.HandlerFunc{running}},
		"at the end":             {events: []http.HandlerFunc{events(completed)}, records: []http.HandlerFunc{done}},
		"at a failure":           {events: []http.HandlerFunc{events(failed)}, records: []http.HandlerFunc{record("failed", 30, "")}},
		"at an error":            {events: []http.HandlerFunc{noMonitor}, records: []http.HandlerFunc{unknown}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				memory := inMemory(t, srv.ServeHTTP)
				for p, err := range memory.client(t).WatchTask(t.Context(), "t1") {
					if p.Status == "" && err == nil {
						t.Error("an element without anything")
					}
					break
				}
				_, looked := srv.asked()
				synctest.Wait()
				if n := memory.count(http.StateActive); n > 0 {
					t.Errorf("%d connections are in use after the loop", n)
				}
				time.Sleep(time.Hour) //nolint:forbidigo // virtual time in which nothing may happen
				if _, now := srv.asked(); now != looked {
					t.Error("the record was asked for after the loop")
				}
			})
		})
	}
}

// TestTask: what an operation returns can be waited for, watched, looked at, and
// taken up by another client that knows only the id.
func TestTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := &tasks{events: []http.HandlerFunc{events(progress(30, 300), completed)}, records: []http.HandlerFunc{done}}
		memory := inMemory(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				says(200, asJSON, `{"task_id":"t1"}`)(w, r)
				return
			}
			srv.ServeHTTP(w, r)
		})
		task, err := memory.client(t).Backup(t.Context(), kuzu.BackupRequest{})
		if err != nil || task.ID != "t1" {
			t.Fatalf("got %+v, %v", task, err)
		}
		calls := 0
		count := func(kuzu.Progress) { calls++ }
		for name, wait := range map[string]func(context.Context) (kuzu.TaskRecord, error){
			"waited for": func(ctx context.Context) (kuzu.TaskRecord, error) { return task.Wait(ctx) },
			"waited for, told of": func(ctx context.Context) (kuzu.TaskRecord, error) {
				return memory.client(t).WaitTask(ctx, task.ID, count)
			},
			"looked at":               task.Record,
			"taken up somewhere else": func(ctx context.Context) (kuzu.TaskRecord, error) { return memory.client(t).WaitTask(ctx, "t1", nil) },
		} {
			record, err := wait(t.Context())
			if err != nil || record.Status != kuzu.TaskCompleted || record.RecordsProcessed != 1000 {
				t.Errorf("%s: %+v, %v", name, record, err)
			}
		}
		if calls != 2 {
			t.Errorf("progress was told %d times", calls)
		}
		for p, err := range task.Watch(t.Context()) {
			if err != nil || p.Percent == 0 {
				t.Errorf("watched: %+v, %v", p, err)
			}
		}
	})
}
