package table

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
)

// File is where the programs, run in bench/, keep their results.
const File = "results.json"

// Results are what all programs found.
type Results struct {
	Machine string   `json:"machine"`
	Rows    []Row    `json:"rows"`
	Clients []Client `json:"clients,omitempty"`
	Growth  []Series `json:"growth,omitempty"`
}

// Client is what one client's calls took in one scenario, the medians of its
// rounds.
type Client struct {
	Scenario string `json:"scenario"`
	Name     string `json:"name"`
	Figures
}

// Series is how a cost grows with what causes it.
type Series struct {
	Name   string  `json:"name"`
	Points []Point `json:"points"`
}

// Point is the cost of a size.
type Point struct {
	Size   float64 `json:"size"`
	Time   float64 `json:"time"`             // seconds
	Memory float64 `json:"memory,omitempty"` // MiB, where it should be constant
}

// Load reads a file of results; without one there are none.
func Load(file string) (Results, error) {
	var r Results
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return r, nil
	case err != nil:
		return r, err
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("%s holds no results, delete it: %w", file, err)
	}
	return r, nil
}

// Store merges results into a file, in which they replace those of the same
// names. In the short form it does nothing.
func Store(file string, found Results) error {
	if Short() {
		return nil
	}
	all, err := Load(file)
	if err != nil {
		return err
	}
	all.Machine = machine()
	all.Rows = merge(all.Rows, found.Rows, func(r Row) string { return r.Name })
	all.Clients = merge(all.Clients, found.Clients, func(c Client) string { return c.Scenario + "\n" + c.Name })
	all.Growth = merge(all.Growth, found.Growth, func(s Series) string { return s.Name })
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err // a figure is not finite
	}
	return os.WriteFile(file, append(text, '\n'), 0o600)
}

// merge appends what was found, without what it replaces.
func merge[T any](all, found []T, name func(T) string) []T {
	for _, one := range found {
		all = slices.DeleteFunc(all, func(other T) bool { return name(other) == name(one) })
		all = append(all, one)
	}
	return all
}
