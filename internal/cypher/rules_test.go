package cypher

import (
	"errors"
	"strings"
	"testing"
)

func TestCheckLength(t *testing.T) {
	for _, test := range []struct {
		name, text string
		offset     int // of the error; -1 for none
	}{
		{"empty", "", -1},
		{"at the limit", strings.Repeat("a", MaxLength), -1},
		{"over the limit", strings.Repeat("a", MaxLength+1), MaxLength},
		{"characters count, not bytes", strings.Repeat("é", MaxLength), -1},
		{"nor UTF-16 units", strings.Repeat("😀", MaxLength), -1},
		{"over the limit in characters", strings.Repeat("é", MaxLength) + "a", 2 * MaxLength},
		{"each bad byte becomes a character", strings.Repeat("\xff", MaxLength+1), MaxLength},
	} {
		err := CheckLength(test.text)
		if test.offset < 0 {
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
			continue
		}
		var e *Error
		if !errors.As(err, &e) || e.Offset != test.offset || e.Column != MaxLength+1 ||
			!strings.Contains(e.Msg, "10001") || len(e.Error()) > 300 {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestForbiddenKeyword(t *testing.T) {
	for _, test := range []struct {
		text, keyword string
		offset        int
	}{
		{"", "", -1},
		{"RETURN 1", "", -1},
		{"CREATE NODE TABLE P(id INT64, PRIMARY KEY(id))", "", -1},
		{"RETURN 'immigrant'", "GRANT", 12},
		{"MATCH (n) RETURN n.grant_date", "GRANT", 19},
		{"RETURN 1 // Revoke", "REVOKE", 12},
		{"create  database x", "", -1},
		{"create database x", "CREATE DATABASE", 0},
		{"grant x; DROP USER y", "DROP USER", 9},
		{"CREATE USER x SET PASSWORD y", "CREATE USER", 0},
		{"CREATE USERS", "CREATE USER", 0},
		{"ALTER USER x", "ALTER USER", 0},
		{"DROP DATABASE x", "DROP DATABASE", 0},
		{"call dbms.x()", "CALL DBMS", 0},
		{"CALL apoc.x()", "CALL APOC", 0},
		{"Load Csv FROM 'x'", "LOAD CSV", 0},
		{"SET PASSWOR", "", -1},
		{"gran", "", -1},
	} {
		keyword, offset := ForbiddenKeyword(test.text)
		if keyword != test.keyword || offset != test.offset {
			t.Errorf("ForbiddenKeyword(%q) = %q, %d; want %q, %d", test.text, keyword, offset, test.keyword, test.offset)
		}
		err := CheckKeywords(test.text)
		if test.keyword == "" {
			if err != nil {
				t.Errorf("CheckKeywords(%q) = %v", test.text, err)
			}
			continue
		}
		var e *Error
		if !errors.As(err, &e) || e.Offset != test.offset || !strings.Contains(e.Msg, test.keyword) {
			t.Errorf("CheckKeywords(%q) = %v", test.text, err)
		}
	}
}
