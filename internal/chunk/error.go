package chunk

import "fmt"

// SyntaxError says where a text is not the JSON that it should be.
type SyntaxError struct {
	Offset int    // in bytes from the beginning of the data
	Want   string // what should be there
}

// Error says what is missing, and where.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("it lacks %s at byte %d", e.Want, e.Offset)
}

func lacks(want string, offset int) *SyntaxError { return &SyntaxError{Offset: offset, Want: want} }
