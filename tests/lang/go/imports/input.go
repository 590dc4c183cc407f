package main

import "fmt"
import (
	str "strings"
	. "math"
	_ "image/png"
	"example.com/a/b"
)
