package kuzu_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/robosystems/kuzuclient/kuzu"
)

func Example() {
	url, stop := exampleServer()
	defer stop()

	c, err := kuzu.New(url, kuzu.WithGraph("social"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	type person struct {
		ID    int64
		Name  string
		Since int64 `kuzu:"creationDate"`
	}
	people, err := kuzu.QueryAs[person](context.Background(), c,
		"MATCH (p:Person) WHERE p.id = $id RETURN p.id AS id, p.firstName AS name, p.creationDate AS creationDate",
		kuzu.Params{"id": 933})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(people)
	// Output:
	// [{933 Mahinda 20100214153210447}]
}

func ExampleNew() {
	c, err := kuzu.New("http://localhost:8001",
		kuzu.WithGraph("kg1a2b3c4d5"),
		kuzu.WithAPIKey("kuzu_dev_0123456789"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	fmt.Println(c.Graph(), c.ForGraph("sec").Graph())

	// All that is wrong is said at once.
	_, err = kuzu.New("localhost:8001", kuzu.WithGraph("my graph"))
	fmt.Println(err)
	// Output:
	// kg1a2b3c4d5 sec
	// kuzu: configuration error: base URL: its scheme is "localhost"; it must be http or https, as in http://localhost:8001
	// graph id "my graph": it may hold only letters, digits, _ and -
}

func ExampleClient_Query() {
	url, stop := exampleServer()
	defer stop()
	c, err := kuzu.New(url, kuzu.WithGraph("social"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	result, err := c.Query(context.Background(), "MATCH (p:Person) RETURN p.id AS id, p.firstName AS name", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Columns)
	for _, row := range result.Rows {
		values, err := row.Values()
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(values...)
	}
	if result.Truncated {
		fmt.Println("there may be more: use Stream")
	}
	// Output:
	// [id name]
	// 933 Mahinda
	// 1129 Carmen
}

func ExampleQueryAs() {
	url, stop := exampleServer()
	defer stop()
	c, err := kuzu.New(url, kuzu.WithGraph("social"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	// A single column needs no struct.
	names, err := kuzu.QueryAs[string](context.Background(), c, "MATCH (p:Person) RETURN p.firstName AS name", nil)
	fmt.Println(names, err)

	// A column that may be null needs a pointer.
	type place struct {
		Name string
		URL  *string `kuzu:"url"`
	}
	places, err := kuzu.QueryAs[place](context.Background(), c, "MATCH (p:Place) RETURN p.name AS name, p.url AS url", nil)
	fmt.Println(places[0].Name, places[0].URL == nil, err)
	// Output:
	// [Mahinda Carmen] <nil>
	// Bristol true <nil>
}

func ExampleClient_Stream() {
	url, stop := exampleServer()
	defer stop()
	c, err := kuzu.New(url, kuzu.WithGraph("social"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	rows := c.Stream(context.Background(), "MATCH (p:Person) RETURN p.id AS id, p.firstName AS name", nil)
	defer rows.Close()
	for rows.Next() {
		var id int64
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(id, name)
	}
	if err := rows.Err(); err != nil { // without this, a broken stream reads as a short one
		fmt.Println(err)
	}
	// Output:
	// 933 Mahinda
	// 1129 Carmen
}

func ExampleStreamAs() {
	url, stop := exampleServer()
	defer stop()
	c, err := kuzu.New(url, kuzu.WithGraph("social"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	type person struct {
		ID   int64
		Name string
	}
	for p, err := range kuzu.StreamAs[person](context.Background(), c, "MATCH (p:Person) RETURN p.id AS id, p.firstName AS name", nil) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(p.ID, p.Name)
	}
	// Output:
	// 933 Mahinda
	// 1129 Carmen
}

func ExampleRows_All() {
	url, stop := exampleServer()
	defer stop()
	c, err := kuzu.New(url, kuzu.WithGraph("social"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	for row, err := range c.Stream(context.Background(), "MATCH (p:Person) RETURN p.firstName AS name", nil).All() {
		if err != nil {
			fmt.Println(err)
			return
		}
		name, err := row.Get("name")
		fmt.Println(name, err)
	}
	// Output:
	// Mahinda <nil>
	// Carmen <nil>
}

func ExampleError() {
	url, stop := exampleServer()
	defer stop()
	c, err := kuzu.New(url, kuzu.WithGraph("social"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()

	_, err = c.Query(context.Background(), "MATCH (p:Persn) RETURN p.id AS id", nil)
	switch e, _ := errors.AsType[*kuzu.Error](err); {
	case err == nil:
		fmt.Println("no error")
	case errors.Is(err, kuzu.ErrSyntax):
		fmt.Println("mend the statement:", e.Message)
	case errors.Is(err, kuzu.ErrUnavailable):
		fmt.Println("come back in", max(e.RetryAfter, time.Second))
	default:
		fmt.Println(err)
	}

	// What can be known beforehand is not sent.
	_, err = c.Query(context.Background(), "MATCH (p:Person) WHERE p.id = $id RETURN p.firstName AS name", nil)
	fmt.Println(errors.Is(err, kuzu.ErrInvalidRequest), err.(*kuzu.Error).Message) //nolint:errorlint // returned unwrapped
	// Output:
	// mend the statement: Query binding error: Binder exception: Table Persn does not exist.
	// true parameters used without a value: "id" (bind every one; Kuzu would take NULL)
}
