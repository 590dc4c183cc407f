#!/bin/bash
# Says hello.
# $1: the name
hello() {
	local name=$1 greeting
	greeting="Hello"
	echo "$greeting, $name"
}

function with_keyword {
	hello "$@"
}

function both::kinds() (
	cd "$1" && make -C "$dir" "${args[@]}" all
)

outer() {
	inner() { :; }
	readonly LOCAL=1
}
one_line() if true; then hello you; fi
