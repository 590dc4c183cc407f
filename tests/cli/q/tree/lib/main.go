package main

import "fmt"

type Shape interface {
	Area() float64
}

type Circle struct {
	R float64
}

func (c Circle) Area() float64 { return c.R }

func main() { fmt.Println(Circle{1}.Area()) }
