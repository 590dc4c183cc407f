#!/bin/bash
start() {
    echo "start"
}
start
