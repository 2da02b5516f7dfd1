package main

import "github.com/robosystems/kuzuclient/bench/answers"

type person = answers.Person

// graph is the one that is asked.
var graph = answers.Graph(0)

// question is one that the server knows the answer to.
type question struct {
	name      string
	rows      int
	statement string
	streaming bool
}

var (
	tenRows      = question{name: "query of 10 rows", rows: 10, statement: answers.Statement(10)}
	thousandRows = question{name: "query of 1,000 rows", rows: 1000, statement: answers.Statement(1000)}
	millionRows  = question{name: "stream of 1,000,000 rows", rows: 1_000_000, statement: answers.Statement(1_000_000), streaming: true}
)
