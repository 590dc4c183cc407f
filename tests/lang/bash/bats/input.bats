#!/usr/bin/env bats

setup() {
	load test_helper
}

# What it is about.
@test "prints the version" {
	run tool --version
	[ "$status" -eq 0 ]
}

@test 'second' {
	tool
}
