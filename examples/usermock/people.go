// Package usermock is what a project that uses the client may look like, with
// tests against the mock server.
package usermock

import (
	"context"
	"errors"

	"github.com/robosystems/kuzuclient/kuzu"
)

const namesStatement = "MATCH (p:Person) WHERE p.since >= $since RETURN p.name"

// Names returns who has been there since a year. complete is false if the stream
// broke off; the names so far are good.
func Names(ctx context.Context, c *kuzu.Client, since int) (names []string, complete bool, err error) {
	for name, err := range kuzu.StreamAs[string](ctx, c, namesStatement, kuzu.Params{"since": since}) {
		if errors.Is(err, kuzu.ErrTruncated) {
			return names, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		names = append(names, name)
	}
	return names, true, nil
}
