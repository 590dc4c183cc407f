package broken

func good() { call() }

func bad( {
	x :=
}

type Kept struct {
	A int
}

func (k Kept) Method() { other(k.A) }

func last() { call() }
