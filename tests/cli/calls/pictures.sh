# The same as pictures.
cq calls Store._write --depth 3 --format mermaid; cq calls Store._write --callees --format dot
