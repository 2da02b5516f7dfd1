//go:build cgo && (linux || darwin)

package kuzuengine

import "testing"

func TestExamine(t *testing.T) {
	read, write := demand{access: reading}, demand{access: writing}
	transaction := demand{access: writing, rollsBack: true}
	for text, want := range map[string]demand{
		"":                                      read,
		"MATCH (n) RETURN n":                    read,
		"RETURN 'CREATE' // SET":                read,
		"RETURN \"it\\\"s CREATE\" AS `DELETE`": read,
		"/* DROP */ UNWIND [1] AS x RETURN x":   read,
		"RETURN $create, created, n.settings":   read,
		"CALL SHOW_TABLES() RETURN *":           read,
		"LOAD FROM 'x.csv' RETURN *":            write, // could be an extension
		"CALL threads=2":                        write,
		"create (:P)":                           write,
		"MATCH (n) SET n.x = 1":                 write,
		"RETURN 1; CREATE (:P)":                 write,
		"RETURN 'open CREATE (:P)":              write, // the quote does not count
		"RETURN 1 /* open CREATE (:P)":          write,
		"RETURN nextval('s')":                   write,
		"COPY P FROM 'x.csv'":                   write,
		"BEGIN TRANSACTION READ ONLY":           transaction,
		"CREATE (:P); ROLLBACK; CREATE (:P)":    transaction,
	} {
		if got, err := examine(text); got != want || err != nil {
			t.Errorf("%s: %+v, %v, want %+v", text, got, err, want)
		}
	}
}

func TestTransactionWord(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "",
		"CREATE (:P)":                     "",
		"MATCH (commit) RETURN commit":    "",
		"RETURN 'x; COMMIT'":              "",
		"  // note\n commit":              "COMMIT",
		"RETURN 1 ; /* x */ rollback":     "ROLLBACK",
		"RETURN 1;;BEGIN TRANSACTION":     "BEGIN",
		"CREATE (:P); CHECKPOINT; COMMIT": "CHECKPOINT",
	} {
		if got := transactionWord(text); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
