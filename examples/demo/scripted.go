package main

import (
	"cmp"
	"errors"
	"slices"

	"github.com/robosystems/kuzuclient/mockserver"
)

// scriptedEngine answers the demo's questions from the loaded tables.
func scriptedEngine() mockserver.Engine {
	engine := mockserver.NewScripted()
	// It keeps the rows of files, but not those that statements write.
	engine.Answer(writeNote, nil)
	engine.Answer(readNotes, []string{"n.text"}, []any{"kept by the embedded engine only"})
	engine.Answer(writeCompany, nil)
	engine.Answer(readCompany, []string{"c.name"}, []any{"Apple Inc."})
	engine.Handle(mostConnectedQuery, func(call mockserver.Call) (mockserver.Answer, error) {
		friends := neighbours(call)
		answer := mockserver.Answer{Columns: []string{"name", "friends", "since"}}
		for _, p := range call.Tables["Person"].Rows {
			if n := len(friends[p[0]]); n > 0 {
				answer.Rows = append(answer.Rows, []any{fullName(p), int64(n), p[5]})
			}
		}
		slices.SortFunc(answer.Rows, func(a, b []any) int {
			return cmp.Or(cmp.Compare(b[1].(int64), a[1].(int64)), cmp.Compare(a[0].(string), b[0].(string)))
		})
		answer.Rows = answer.Rows[:min(len(answer.Rows), int(call.Parameters["n"].(int64)))]
		return answer, nil
	})
	engine.Handle(shortestPathQuery, func(call mockserver.Call) (mockserver.Answer, error) {
		path := walk(neighbours(call), call.Parameters["from"], call.Parameters["to"])
		if path == nil {
			return mockserver.Answer{}, errors.New("Runtime exception: there is no path") //nolint:staticcheck // in the engine's style
		}
		people := byKey(call.Tables["Person"])
		names := make([]any, len(path))
		for i, id := range path {
			names[i] = people[id][1]
		}
		return mockserver.Answer{Columns: []string{"names", "steps"}, Rows: [][]any{{names, int64(len(path) - 1)}}}, nil
	})
	engine.Handle(colleaguesQuery, func(call mockserver.Call) (mockserver.Answer, error) {
		people, places, companies := byKey(call.Tables["Person"]), byKey(call.Tables["Place"]), byKey(call.Tables["Organisation"])
		home := make(map[any]any)
		for _, r := range call.Tables["LivesIn"].Rows {
			home[r[0]] = places[r[1]][1]
		}
		answer := mockserver.Answer{Columns: []string{"name", "company", "since"}}
		for _, r := range call.Tables["WorksAt"].Rows {
			if home[r[0]] == call.Parameters["place"] && r[2].(int64) >= call.Parameters["since"].(int64) {
				answer.Rows = append(answer.Rows, []any{fullName(people[r[0]]), companies[r[1]][2], r[2]})
			}
		}
		slices.SortFunc(answer.Rows, func(a, b []any) int {
			return cmp.Or(cmp.Compare(a[0].(string), b[0].(string)), cmp.Compare(a[1].(string), b[1].(string)))
		})
		return answer, nil
	})
	engine.Handle(friendshipsQuery, func(call mockserver.Call) (mockserver.Answer, error) {
		return mockserver.Answer{Columns: []string{"a", "b", "since"}, Rows: call.Tables["Knows"].Rows}, nil
	})
	engine.Handle("MATCH (p:Person) RETRUN p.firstName", func(mockserver.Call) (mockserver.Answer, error) {
		return mockserver.Answer{}, errors.New("Parser exception: extraneous input 'RETRUN' (line: 1, offset: 17)") //nolint:staticcheck // in the engine's style
	})
	return engine
}

func fullName(person []any) string { return person[1].(string) + " " + person[2].(string) }

func byKey(table *mockserver.Table) map[any][]any {
	rows := make(map[any][]any, len(table.Rows))
	for _, row := range table.Rows {
		rows[row[0]] = row
	}
	return rows
}

// neighbours returns for every person those whom a friendship joins to it.
func neighbours(call mockserver.Call) map[any][]any {
	friends := make(map[any][]any)
	for _, k := range call.Tables["Knows"].Rows {
		friends[k[0]] = append(friends[k[0]], k[1])
		friends[k[1]] = append(friends[k[1]], k[0])
	}
	return friends
}

// walk returns a shortest path, nil if there is none.
func walk(friends map[any][]any, from, to any) []any {
	before := map[any]any{from: nil}
	for queue := []any{from}; len(queue) > 0; queue = queue[1:] {
		if queue[0] == to {
			var path []any
			for at := to; at != nil; at = before[at] {
				path = append(path, at)
			}
			slices.Reverse(path)
			return path
		}
		for _, next := range friends[queue[0]] {
			if _, seen := before[next]; !seen {
				before[next] = queue[0]
				queue = append(queue, next)
			}
		}
	}
	return nil
}
