// Package reference turns the API document into a page for people: one HTML file
// without scripts and without anything from elsewhere, readable on a phone, in
// the dark, and on paper.
//
// The page follows the document's own order and shows its examples digit by
// digit, so it works on the YAML tree rather than on decoded values, which would
// lose both.
package reference
