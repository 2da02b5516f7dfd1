package mockserver_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/robosystems/kuzuclient/mockserver"
)

// held is an engine whose COPY of a file that is named "hold" waits until it is
// let go, and which notes the files that it loads.
type held struct {
	*stub
	release chan struct{}

	mu     sync.Mutex
	loaded []string // guarded by mu
}

func newHeld(t testing.TB) *held {
	h := &held{stub: newStub(t), release: make(chan struct{})}
	h.run = func(ctx context.Context, cypher string) (mockserver.Result, error) {
		if !isCopy(cypher) {
			return nil, io.EOF
		}
		_, name, _ := strings.Cut(cypher[:strings.LastIndex(cypher, ".csv")], "/b/")
		h.mu.Lock()
		h.loaded = append(h.loaded, name)
		h.mu.Unlock()
		if name == "hold" {
			select {
			case <-h.release:
			case <-ctx.Done():
				return nil, fmt.Errorf("Interrupted.")
			}
		}
		return nil, io.EOF
	}
	return h
}

// ingest starts a task that loads one file into Person.
func (a *api) ingest(file, more string) started {
	a.Helper()
	a.write("b/"+file+".csv", peopleCSV)
	return into[started](a.post("/databases/g/ingest", `{"bucket":"b","files":["`+file+`.csv"],"table_name":"Person"`+more+`}`))
}

func TestQueueOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := newHeld(t)
		a := startInMemory(t, engine)
		a.create("g", socialDDL)
		tasks := []started{a.ingest("hold", "")}
		synctest.Wait()
		for _, more := range []string{`,"priority":1`, `,"priority":9`, `,"priority":9`, "", `,"priority":10`} {
			tasks = append(tasks, a.ingest(fmt.Sprint(len(tasks)), more))
		}
		a.write("b/6.csv", peopleCSV)
		tasks = append(tasks, into[started](a.post("/databases/g/copy", `{"s3_pattern":"s3://b/6.csv","table_name":"Person"}`)))

		a.get("/tasks/stats").is(200, `{"active_tasks":1,"completed_tasks":0,"failed_tasks":0,"pending_tasks":6,"tasks_by_status":{"pending":6,"running":1},"tasks_by_type":{"ingestion":7},"total_tasks":7}`)
		if got := into[struct{ Ingestion map[string]float64 }](a.get("/metrics")).Ingestion; fmt.Sprint(got) != "map[active_tasks:1 processing_rate:0 queue_depth:6]" {
			t.Errorf("got %v", got)
		}
		close(engine.release)
		for _, task := range tasks {
			a.finished(task)
		}
		if want := []string{"hold", "5", "2", "3", "4", "6", "1"}; !slices.Equal(engine.loaded, want) {
			t.Errorf("loaded %v, want %v", engine.loaded, want)
		}
		if got := into[struct{ Ingestion map[string]float64 }](a.get("/metrics")).Ingestion; fmt.Sprint(got) != "map[active_tasks:0 processing_rate:0 queue_depth:0]" {
			t.Errorf("got %v", got)
		}
	})
}

// Close interrupts the task that runs, and what waits or comes later fails.
func TestCloseEndsTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := newHeld(t)
		a := startInMemory(t, engine)
		a.create("g", socialDDL)
		running, waiting := a.ingest("hold", ""), a.ingest("1", "")
		synctest.Wait()
		stream := a.send(a.request(t.Context(), "GET", "/tasks/"+waiting.ID+"/monitor", ""))
		defer stream.Body.Close()
		if err := a.server.Close(); err != nil {
			t.Error(err)
		}
		events, err := io.ReadAll(stream.Body)
		if err != nil || strings.Contains(string(events), "event: completed") {
			t.Errorf("the stream is %s and ends with %v", events, err)
		}
		late := a.ingest("2", "")
		for task, want := range map[started]string{
			running: "Interrupted. (file s3://b/hold.csv, 1 of 1; those before it stay loaded)",
			waiting: "the server shut down before the task began",
			late:    "the server shut down before the task began",
		} {
			if got := a.finished(task); got.Status != "failed" || got.Error != want {
				t.Errorf("got %+v, want %s", got, want)
			}
		}
		if want := []string{"hold"}; !slices.Equal(engine.loaded, want) {
			t.Errorf("loaded %v, want %v", engine.loaded, want)
		}
	})
}
