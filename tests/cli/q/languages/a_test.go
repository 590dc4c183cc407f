package a

import "testing"

const Limit = 1

var count int

type Alias = int
type Area interface{ Area() int }
type Square struct{ side int }

func (s Square) Area() int { return Make(s.side) }
func Make(n int) int       { return n }
func TestMake(t *testing.T) { Make(1) }
