package cypher

import "testing"

func TestReads(t *testing.T) {
	for _, text := range []string{
		"RETURN 1",
		"return 1",
		"RETURN(1)",
		"MATCH (n) RETURN n",
		"MATCH(n)RETURN(n.x)",
		"OPTIONAL MATCH (n) RETURN n",
		"UNWIND [1, 2] AS x RETURN x",
		"UNWIND($xs) AS x RETURN x",
		"WITH 1 AS x RETURN x",
		"MATCH (a) WITH * MATCH (b) RETURN *",
		"MATCH (a) WITH DISTINCT * MATCH (b) RETURN a, b",
		"MATCH (n:Person) WHERE (n.age > 3) AND (n.name IN ('a')) OR NOT (n.x) RETURN n.name AS name ORDER BY (n.age) DESC SKIP (1) LIMIT (10)",
		"MATCH (a:P)-[r:K* SHORTEST 1..3 (r, n | WHERE r.x > 1 | {r.x}, {n.y})]->(b:P) RETURN nodes(r)",
		"MATCH (a)-[:K* WSHORTEST(w) 1..3]->(b) RETURN a",
		"MATCH p = (a)-[:K]->(b)--(c) RETURN length(p), label(a), id(b)",
		"MATCH (a:P)-[:K]->(b:P) HINT (a JOIN b) RETURN a",
		"MATCH (n) WHERE EXISTS { MATCH (n)-[]->(m) WHERE m.x = 1 } RETURN COUNT { MATCH (n)-[]->() }",
		"MATCH (n) RETURN count(*), COUNT(DISTINCT n.x), collect(n.y), Upper(n.z)",
		"MATCH (n) RETURN CASE WHEN (n.x) THEN (1) ELSE (2) END, CASE (n.x) WHEN 1 THEN 2 END",
		"RETURN CAST(1.25 AS DECIMAL(5, 2)), CAST({a: 1} AS STRUCT(a INT64)), CAST(x AS MAP(STRING, INT64))",
		"RETURN list_transform([1], x -> (x + 1)), any(x IN [1] WHERE (x > 0)), none(x IN [1] WHERE x = 2)",
		"RETURN n.x STARTS WITH (n.y), n.x CONTAINS (n.z), contains(n.x, 'a')",
		"MATCH (n) RETURN n.x UNION ALL MATCH (m) RETURN (m.x)",
		"RETURN currval('s')",
		"EXPLAIN MATCH (n) RETURN n",
		"EXPLAIN LOGICAL MATCH (n) RETURN n",
		"PROFILE MATCH (n) RETURN n",
		"EXPLAIN RETURN (1)",
		"LOAD FROM 'a.csv' RETURN *",
		"LOAD FROM 'a.csv' (header = true) WHERE x > 1 RETURN x",
		"LOAD WITH HEADERS (a INT64, b DECIMAL(5, 2)) FROM 'a.csv' RETURN a",
		"LOAD FROM GLOB('a*.csv') RETURN *",
		"MATCH (n) CALL show_tables() RETURN name",

		// The words of writing clauses where they are no clauses.
		"RETURN 'CREATE (n)', \"SET n.x = 1\"",
		"MATCH (n) RETURN n // SET n.x = 1",
		"MATCH (n) /* DELETE n */ RETURN n",
		"MATCH (n) RETURN n.set, n.delete, n. merge, n . /* */ create AS x",
		"MATCH (n:Set)-[:Create]->(m:Delete:Merge) RETURN n",
		"MATCH (n) RETURN n.`set`, `delete`",
		"MATCH (n) WHERE n.x = $set RETURN $create",
		"RETURN 'it\\'s' + ' SET '",
		"MATCH (n) RETURN n.settings, n.created, n.set_, created, offset(id(n))",
		"MATCH (comment:Comment) RETURN comment.use AS use, comment.begin AS begin, 1 AS update",

		"CALL SHOW_TABLES() RETURN *",
		"call show_tables() return name",
		"CALL SHOW_TABLES()",
		"CALL table_info('P') RETURN *",
		"CALL table_info(upper('p')) WHERE name = 'x' RETURN *",
		"CALL show_functions() YIELD name RETURN name",
		"CALL current_setting('timeout') RETURN *",
		"CALL db_version() RETURN *",
		"CALL show_connection('K') RETURN *",
		"CALL storage_info('P') RETURN *",
		"CALL show_attached_databases() RETURN *",
		"CALL show_warnings() RETURN *",
		"CALL show_sequences() RETURN *",
		"CALL show_indexes() RETURN *",
		"CALL show_official_extensions() RETURN *",
		"CALL query_vector_index('P', 'i', $v, 10) RETURN node, distance",
		"CALL db.labels()",
		"CALL db.propertyKeys() RETURN *",
		"CALL DB.relationshipTypes() YIELD x RETURN x",
	} {
		if s, err := Parse(text); err != nil || s.Access != Read {
			t.Errorf("Parse(%q) = %v, %v; want read", text, s.Access, err)
		}
	}
}

func TestWrites(t *testing.T) {
	for _, text := range []string{
		// Updating clauses, wherever they stand.
		"CREATE (:P {id: 1})",
		"create (n)",
		"MERGE (n:P {id: 1})",
		"MATCH (n) SET n.x = 1",
		"MATCH (n) SET n.x = 1 RETURN n",
		"MATCH (n) DELETE n",
		"MATCH (n) DETACH DELETE n",
		"MATCH (n) REMOVE n.x RETURN n",
		"MATCH (n) WITH n CREATE (m) RETURN m",
		"UNWIND [1] AS x MERGE (n {id: x}) ON MATCH SET n.y = 1 ON CREATE SET n.y = 2 RETURN n",
		"MATCH (n) FOREACH (x IN [1] | SET n.x = x) RETURN n",
		"EXPLAIN CREATE (n)",
		"PROFILE MATCH (n) DELETE n",
		"RETURN 1 UNION MATCH (n) DELETE n RETURN 1",

		// Hard to see.
		"MATCH (n) WHERE n.x=1SET n.x = 2 RETURN n",
		"MATCH (n) WHERE n.x=1e5SET n.x = 2 RETURN n",
		"MATCH (n) WHERE n.x=$1SET n.x = 2 RETURN n",
		"MATCH (n) WHERE n.x='a'SET n.x = 2 RETURN n",
		"MATCH (n)/**/SET/**/n.x = 2 RETURN n",
		"MATCH (n) // \nSET n.x = 2 RETURN n",
		"MATCH (n) // \rSET n.x = 2 RETURN n",
		"MATCH (n)\u00a0SET\u2003n.x = 2 RETURN n",
		"MATCH (n) /* **/ WHERE n.x = ' */ SET n.x = 1 /* ' */ RETURN n",
		`MATCH (n) WHERE n.x = '\\' SET n.x = '\\' RETURN n`,
		`MATCH (n) WHERE n.x = "'" SET n.x = "'" RETURN n`,
		"MATCH (`n``` {x: 1}) SET `n```.x = 1 RETURN 1",
		"MATCH (as:P) WITH as SET as.x = 1 RETURN as",
		"\ufeffCREATE (n)",
		"\ufeffRETURN 1",

		// Statements that are no queries.
		"CREATE NODE TABLE P(id INT64, PRIMARY KEY(id))",
		"CREATE MACRO m() AS nextval('s')",
		"DROP TABLE P",
		"ALTER TABLE P ADD x INT64",
		"COPY P FROM 'a.csv'",
		"COPY (MATCH (n) RETURN n.id) TO 'a.csv'",
		"EXPORT DATABASE '/tmp/x'",
		"IMPORT DATABASE '/tmp/x'",
		"INSTALL json",
		"FORCE INSTALL json",
		"UNINSTALL json",
		"UPDATE json",
		"LOAD EXTENSION json",
		"LOAD EXTENSION 'a.kuzu_extension'",
		"LOAD json",
		"LOAD 'a.kuzu_extension'",
		"LOAD FROM",
		"ATTACH 'x.db' AS x (dbtype kuzu)",
		"DETACH x",
		"USE x",
		"CHECKPOINT",
		"BEGIN TRANSACTION",
		"BEGIN TRANSACTION READ ONLY",
		"COMMIT",
		"ROLLBACK",
		"COMMENT ON TABLE P IS 'x'",
		"PROFILE COPY P FROM 'a.csv'",

		// Settings and procedures.
		"CALL timeout=1000",
		"CALL `timeout` = 1000",
		"CALL /* a */ threads /* b */ = 1",
		"EXPLAIN CALL timeout=1000",
		"CALL clear_warnings()",
		"CALL project_graph('G', ['P'], ['K'])",
		"CALL create_vector_index('P', 'i', 'v')",
		"CALL drop_fts_index('P', 'i')",
		"CALL unknown_one() RETURN *",
		"CALL `show_tables`() RETURN *",
		"CALL upper('a') RETURN *",
		"CALL sql_query('pg', 'DELETE FROM x') RETURN *",
		"MATCH (n) CALL unknown_one() RETURN n",
		"LOAD FROM unknown_one() RETURN *",
		"CALL db.unknown_one()",
		"CALL dbms.labels()",
		"MATCH (n) RETURN db.labels()",

		// Functions: nextval, and any that may be a macro with nextval in it.
		"RETURN nextval('s')",
		"RETURN NextVal /* a */ ('s')",
		"RETURN `nextval`('s')",
		"RETURN upper(nextval('s'))",
		"CALL table_info(nextval('s')) RETURN *",
		"MATCH (n {x: nextval('s')}) RETURN n",
		"RETURN my_macro()",
		"RETURN show_tables()",
		"RETURN match(1)",
		"RETURN match (1)",
		"RETURN 1 + limit(1)",
		"RETURN return(1)",
		"RETURN DISTINCT skip(1)",
		"RETURN [by(1)]",
		"RETURN 2 * match(1)",
		"RETURN {a: match(1)}",
		"RETURN list_transform([1], x -> match(x))",
		"WITH match(1) AS x RETURN x",
		"UNWIND match(1) AS x RETURN x",
		"RETURN 1 ORDER BY match(1)",
		"RETURN 'a' CONTAINS match(1)",
		"MATCH (a)-[r:K*1..2 (r, n | {match(1)}, {n.x})]->(b) RETURN 1",
		"RETURN upperx(1)",
		"RETURN ſin(1)", // no fold beyond ASCII

		// In doubt.
		"(n)",
		"'a'",
		"FOO BAR",
		"MATCH (n)",
		"EXPLAIN",
		"EXPLAIN EXPLAIN RETURN 1",
		"PROFILE LOGICAL RETURN 1",
		"WITH 1 AS set RETURN set",
		"RETURN {set: 1}",
		"RETURN 1 AS a # b",
		"RETURN \x00",
	} {
		if s, err := Parse(text); err != nil || s.Access != Write {
			t.Errorf("Parse(%q) = %v, %v; want write", text, s.Access, err)
		}
	}
}

func TestAccessString(t *testing.T) {
	if Read.String() != "read" || Write.String() != "write" || Access(9).String() != "write" {
		t.Errorf("got %v, %v, %v", Read, Write, Access(9))
	}
	if s := (Statement{}); s.Access != Write {
		t.Error("the zero Statement is a read")
	}
}
