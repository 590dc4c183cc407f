package main

func run(items []string) Point {
	plain()
	fmt.Println("a", 1)
	p.inner.scale(2).shift(items...)
	defer lock().Unlock()
	go func() { work() }()
	go worker(1)
	max[int](1, 2)
	pkg.Make[Point](3)
	data := []byte("text")
	size := len(data) + int(3)
	(callback)(1)
	value.(Shape).Area(2)
	table[0](1)
	new(Point)
	return Point{X: makeX(), Y: geo.Origin{}}
}
