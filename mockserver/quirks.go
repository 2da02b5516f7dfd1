package mockserver

import (
	"errors"
	"fmt"
	"math/bits"
	"strings"
)

// Quirks is a set of oddities of the deployed server that a [Server] takes on.
// The zero value is a server that does what the API document promises. Join
// quirks with |.
type Quirks uint32

// The quirks, each with its number in the list of the deployed server's bugs, or
// the part of the protocol that it belongs to.
const (
	// QuirkNoLastChunk (S-1): a stream of k*1000 rows ends without a chunk that
	// is marked as the last.
	QuirkNoLastChunk Quirks = 1 << iota
	// QuirkSilentFailure (S-2, S-5): a stream whose text is refused, whose
	// database is missing, or that fails after the statement has run, ends
	// cleanly and without a word; then its connection is closed.
	QuirkSilentFailure
	// QuirkUnstreamable (S-3): DATE, TIMESTAMP, INTERVAL, UUID, DECIMAL, INT128,
	// BLOB, and maps with such keys, fail a stream.
	QuirkUnstreamable
	// QuirkNaNTokens (S-4): streams hold the bare tokens NaN, Infinity and
	// -Infinity where they would hold null.
	QuirkNaNTokens
	// QuirkLateTimeout (S-6): a plain query over the time limit is not
	// interrupted, and answered only when the engine is done with it.
	QuirkLateTimeout
	// QuirkRowCap (S-7): a plain result is cut after 10,000 rows without a word.
	QuirkRowCap
	// QuirkTextColumns (S-8): columns are named after the text of the statement.
	QuirkTextColumns
	// QuirkNoProperties (S-11): a schema's tables have no properties.
	QuirkNoProperties
	// QuirkStrayDatabase (S-13): a copy into a database that does not exist
	// creates it.
	QuirkStrayDatabase
	// QuirkNoCounts (S-14): tasks report no records, constants as estimates, and
	// no progress between 0 and 100.
	QuirkNoCounts
	// QuirkFreeze (S-15): while a plain query or a copy runs, the node answers
	// nothing else, not even /health; what streams and event streams have left
	// to say waits, too.
	QuirkFreeze
	// QuirkBadID (S-20): a query on a malformed graph id fails the server.
	QuirkBadID
	// QuirkMetricsDirectories (S-26): /metrics counts directories as databases.
	QuirkMetricsDirectories
	// QuirkIdleClose (section 1): connections are closed after 5 s without a
	// request. [Server.Serve], which it needs, looks at it once, at its start.
	QuirkIdleClose
	// QuirkRunOn (section 6.3): a statement runs on when its client has gone.
	QuirkRunOn
	// QuirkGenericMessages (section 9.3): events of a task do not name its
	// table, and say "table" instead.
	QuirkGenericMessages
	// QuirkNoIngest (section 4): there is no ingest route.
	QuirkNoIngest
	// QuirkNoBackup (S-12): the task of a backup has failed when it is announced.
	QuirkNoBackup
	// QuirkRestoreByPath (S-12): a restore asks for the query parameter
	// backup_path, ignores the body, and is announced only.
	QuirkRestoreByPath
	// QuirkNoDownload (S-12): a download fails.
	QuirkNoDownload

	endOfQuirks
)

// QuirksDeployed is all of them: the deployed server.
const QuirksDeployed = endOfQuirks - 1

var quirkNames = [...]string{
	"no-last-chunk", "silent-failure", "unstreamable", "nan-tokens", "late-timeout", "row-cap", "text-columns",
	"no-properties", "stray-database", "no-counts", "freeze", "bad-id", "metrics-directories", "idle-close", "run-on",
	"generic-messages", "no-ingest",
	"no-backup", "restore-by-path", "no-download",
}

// String lists the names of the set, separated by commas; "" for none.
func (q Quirks) String() string {
	var names []string
	for rest := q; rest != 0; rest &= rest - 1 {
		if i := bits.TrailingZeros32(uint32(rest)); i < len(quirkNames) {
			names = append(names, quirkNames[i])
		}
	}
	return strings.Join(names, ",")
}

// Has reports whether all of other is in the set.
func (q Quirks) Has(other Quirks) bool { return q&other == other }

// ParseQuirks reads names as [Quirks.String] writes them; "deployed" stands for
// [QuirksDeployed]. The error names every unknown one and lists those that
// there are.
func ParseQuirks(names ...string) (Quirks, error) {
	var set Quirks
	var faults []error
next:
	for _, name := range names {
		if name == "deployed" {
			set |= QuirksDeployed
			continue
		}
		for i, known := range quirkNames {
			if name == known {
				set |= 1 << i
				continue next
			}
		}
		faults = append(faults, fmt.Errorf("there is no quirk %q", name))
	}
	if faults != nil {
		faults = append(faults, fmt.Errorf("the quirks are deployed, %s", strings.Join(quirkNames[:], ", ")))
		return 0, errors.Join(faults...)
	}
	return set, nil
}
