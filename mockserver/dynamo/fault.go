package dynamo

import (
	"fmt"
	"net/http"
)

// Fault is an error of the protocol.
type Fault struct {
	Status  int      // of HTTP; 0 means 400
	Type    string   // such as ThrottlingException
	Message string   // for people
	Reasons []Reason // of a TransactionCanceledException, one an operation
}

// Reason says what became of one operation of a transaction.
type Reason struct {
	Code    string // None, ConditionalCheckFailed, TransactionConflict, ...
	Message string `json:",omitempty"` // for people; "" with the code None
}

// Error gives type and message.
func (f *Fault) Error() string { return f.Type + ": " + f.Message }

func (f *Fault) status() int {
	if f.Status == 0 {
		return http.StatusBadRequest
	}
	return f.Status
}

func validation(format string, args ...any) *Fault {
	return &Fault{Type: "ValidationException", Message: fmt.Sprintf(format, args...)}
}

func conditionFailed() *Fault {
	return &Fault{Type: "ConditionalCheckFailedException", Message: "The conditional request failed"}
}
