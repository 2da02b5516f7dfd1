// Package chunk reads the lines of a streamed result: what a line says about
// itself, and the JSON values within it.
//
// A line carries up to 1000 rows and then, at its end, what has to be known
// before the first of them can be read: the columns and the counts. [Parse]
// therefore reads a line of the form that servers send from both ends, and leaves
// the rows to whoever decodes them, so that they are looked at once. Any other
// form is read from the front.
//
// The functions that read values take a position in the data and return the one
// after the value. They accept what [encoding/json] accepts, and the tokens NaN,
// Infinity and -Infinity, which servers write into streams. They keep nothing of
// the data and are safe for concurrent use.
package chunk
