//go:build cgo && (linux || darwin)

package kuzuengine

import (
	"context"
	"fmt"

	"github.com/robosystems/kuzuclient/mockserver"
)

// Apply executes statements in one transaction. A statement that begins or
// ends a transaction itself is refused. See [mockserver.Engine].
func (e *Engine) Apply(ctx context.Context, name string, statements []string) error {
	for i, statement := range statements {
		if err := examineInTransaction(statement); err != nil {
			if _, missing := e.find(name); missing != nil {
				return missing
			}
			return &mockserver.StatementError{Index: i + 1, Err: err}
		}
	}
	return e.with(ctx, name, func(ctx context.Context, d *database) error {
		return d.on(ctx, demand{access: writing}, func(_ *handle, conn *nativeConnection) error {
			if err := execute(conn, "BEGIN TRANSACTION"); err != nil {
				return err
			}
			for i, statement := range statements {
				if ctx.Err() != nil {
					return &mockserver.StatementError{Index: i + 1, Err: interrupted(ctx)}
				}
				if err := execute(conn, statement); err != nil {
					// Closing the connection rolls back.
					return &mockserver.StatementError{Index: i + 1, Err: err}
				}
			}
			return execute(conn, "COMMIT")
		})
	})
}

func examineInTransaction(statement string) error {
	if _, err := examine(statement); err != nil {
		return err
	}
	if word := transactionWord(statement); word != "" {
		return fmt.Errorf("Runtime exception: %s is not allowed among statements that are applied together.", word)
	}
	return nil
}

func execute(conn *nativeConnection, text string) error {
	res, err := conn.query(text, nil)
	if err == nil {
		res.close()
	}
	return err
}
