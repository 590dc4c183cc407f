package shapes

type Point[T comparable, V any] struct {
	X, Y  T `json:"x"`
	Label string
	*Base
	geo.Origin
	List[T]
	draw  func(int) string
	inner struct {
		depth int
	}
}

type (
	// Size in bytes.
	Size  int
	Alias = string
	Shape interface {
		Area(scale int) (total float64, err error)
		Name() string
		~int | ~string
		fmt.Stringer
	}
	Handler func(w Writer, r *Request) error
)

type Empty struct{}
