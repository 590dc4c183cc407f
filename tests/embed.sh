#!/bin/sh
# tests/embed.sh CQ-EMBED - vectors from an embedding server: one that is well, and every way we know
# of being unwell. The server is a process of its own and speaks the OpenAI protocol.
set -eu
exec /usr/bin/python3 "$(dirname "$0")/embed.py" "$1"
