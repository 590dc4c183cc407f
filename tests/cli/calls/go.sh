# Go: packages are folders, methods belong to their receivers, interfaces are implemented unsaid.
cd "$TMPDIR" && mkdir -p src/store && cd src || exit
echo 'module example.com/app' >go.mod
cat >store/store.go <<'END'
package store

type Saver interface {
	Save(item string) error
}

type Disk struct{ path string }

func Open(path string) *Disk { return &Disk{path: path} }

func (d *Disk) Save(item string) error { return d.write(item) }

func (d *Disk) write(item string) error { return nil }
END
cat >main.go <<'END'
package main

import (
	"fmt"

	st "example.com/app/store"
)

func run(s st.Saver) { s.Save("any") }

func main() {
	disk := st.Open("x")
	disk.Save("one")
	run(disk)
	defer disk.Save("two")
	fmt.Println(disk)
}
END
cq calls Disk.Save; echo; cq calls Open; echo; cq calls write | head -n 3
