cq outline --lang c - </dev/null
