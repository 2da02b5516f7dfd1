package factory

import (
	"regexp"
	"strings"

	"github.com/robosystems/kuzuclient/transport"
)

var (
	graphPattern    = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	subgraphPattern = regexp.MustCompile(`^(kg[a-f0-9]{16,})_([A-Za-z0-9]{1,20})$`)
)

// graph is what an id says about where the graph is to be found.
type graph struct {
	id     string // as given, which is the database's name
	parent string // the graph whose location it shares; itself if it is no subgraph
	shared bool   // a shared repository
}

func (g graph) subgraph() bool { return g.parent != g.id }

// parseGraph reads an id. An id that servers would refuse is refused here, and so
// is a subgraph of a shared repository, for there are none: it would be looked
// for as a graph that nobody has.
func parseGraph(id string, shared map[string]bool) (graph, error) {
	if !graphPattern.MatchString(id) {
		return graph{}, invalid(id, "%.100q is not the id of a graph; an id has 1 to 64 letters, digits, _ and -", id)
	}
	if shared[strings.ToLower(id)] {
		return graph{id: strings.ToLower(id), parent: strings.ToLower(id), shared: true}, nil
	}
	if m := subgraphPattern.FindStringSubmatch(id); m != nil {
		return graph{id: id, parent: m[1]}, nil
	}
	if parent, name, found := strings.Cut(id, "_"); found && shared[strings.ToLower(parent)] && name != "" {
		return graph{}, invalid(id, "%q would be a subgraph of the shared repository %s; shared repositories have none", id, parent)
	}
	return graph{id: id, parent: id}, nil
}

func invalid(id, format string, args ...any) *transport.Error {
	e := transport.Errorf(transport.KindInvalidRequest, format, args...)
	e.Graph = id
	return e
}
