package shapes

const Pi, E = 3.14, 2.71

const (
	// Red is warm.
	Red Color = iota
	Green
	_
	Blue
)

var count, total int = 3, start()

var (
	table = map[string]Point{
		"a": {X: 1},
	}
	handler = func(a int) {
		var hidden int
		run(a)
	}
)

var _ Shape = (*Point)(nil)
