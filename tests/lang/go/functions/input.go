package shapes

// Area gives the area.
func (p *Point[T, V]) Area(a, b int, rest ...string) (n int, err error) {
	return 0, nil
}

func (Point) Name() string { return "point" }

func Map[T, R any](items []T, f func(T) R) []R {
	type pair struct{ a, b int }
	var local pair
	const limit = 3
	each := []struct{ name string }{{"a"}}
	return nil
}

func main() {}

func assembly(x int) uintptr
