package main

import (
	"context"
	"fmt"
	"log"

	"github.com/robosystems/kuzuclient/kuzu"
)

func main() {
	ctx := context.Background()
	c, err := kuzu.New("http://localhost:8001", kuzu.WithGraph("first"))
	if err != nil {
		log.Fatal(err)
	}
	for name, err := range kuzu.StreamAs[string](ctx, c, "MATCH (e:Entity) RETURN e.name", nil) {
		fmt.Println(name, err)
	}
}
