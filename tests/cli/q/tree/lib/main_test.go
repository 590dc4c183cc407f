package main

import "testing"

func TestArea(t *testing.T) {
	if (Circle{1}).Area() != 1 {
		t.Fatal("area")
	}
}
