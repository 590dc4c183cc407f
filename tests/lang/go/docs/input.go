// Package docs has comments.
package docs

// Far away.

// Add adds.
//
// Two paragraphs.
func Add() {} // behind it

/*
Block doc.
*/
type T struct {
	// A is first.
	A int
	B string // B is second
}

// sub subtracts.
//
//go:noinline
func sub() {
	s := "// text"
	r := `raw // "text"`
	c := '"'
}
