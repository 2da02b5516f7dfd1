package contract

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Target is a server to hold against the API document.
type Target struct {
	// URL is scheme://host:port.
	URL string
	// Key is sent as X-Kuzu-API-Key; "" sends none, and leaves out what needs
	// one to be asked for.
	Key string
	// Can is what the server can do beyond the deployed one.
	Can Capabilities
	// Bucket is where the server finds the file contract.csv with the lines
	// "id,name", "1,Ada" and "2,Grace"; "" leaves out what needs it.
	Bucket string
	// ReadOnly, Full and Busy are URLs of further servers of the same kind with
	// the same key, in states that the suite does not bring about: one that
	// refuses changes, one that has no room for a database, and one that is too
	// busy for queries. "" leaves out what only such a server answers.
	ReadOnly, Full, Busy string
}

// Capabilities are things that some servers can do and others cannot. What a
// server cannot do is not asked of it.
type Capabilities uint16

// The capabilities.
const (
	// EndsStreams: every complete stream ends with a chunk that is marked as
	// the last one, also after k*1000 rows.
	EndsStreams Capabilities = 1 << iota
	// ExplainsStreams: a stream that is refused says why in its last line.
	ExplainsStreams
	// StreamsEverything: values of every type can be streamed.
	StreamsEverything
	// ListsProperties: the schema of a database has the properties of its tables.
	ListsProperties
	// ChecksIDs: a malformed graph id in a query is answered with 400.
	ChecksIDs
	// Ingests: the operation ingestFiles exists.
	Ingests
	// BacksUp: databases can be backed up, downloaded and restored. Without it
	// the operations exist, and do nothing.
	BacksUp
	// ShowsExamples: "Prefer: code=404" is answered with the document's example,
	// which covers what cannot be brought about from outside.
	ShowsExamples
	// LocksOut: the suite may send wrong keys until its own address is locked out,
	// which it does last.
	LocksOut

	endOfCapabilities
)

// Everything is what the mock server can do without quirks.
const Everything = endOfCapabilities - 1

var capabilityNames = [...]string{
	"ends-streams", "explains-streams", "streams-everything", "lists-properties", "checks-ids",
	"ingests", "backs-up", "shows-examples", "locks-out",
}

// String lists the names of the set, separated by commas.
func (c Capabilities) String() string {
	var names []string
	for i, name := range capabilityNames {
		if c&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// Has reports whether all of other is in the set.
func (c Capabilities) Has(other Capabilities) bool { return c&other == other }

// ParseCapabilities reads names as [Capabilities.String] writes them;
// "everything" stands for [Everything].
func ParseCapabilities(names ...string) (Capabilities, error) {
	var set Capabilities
	var faults []error
	for _, name := range names {
		i := slices.Index(capabilityNames[:], name)
		switch {
		case name == "everything":
			set |= Everything
		case i >= 0:
			set |= 1 << i
		default:
			faults = append(faults, fmt.Errorf("there is no capability %q; there are everything, %s", name, strings.Join(capabilityNames[:], ", ")))
		}
	}
	return set, errors.Join(faults...)
}
