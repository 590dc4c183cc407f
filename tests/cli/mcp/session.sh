# Three messages in, three lines out, and the end of input ends it.
printf 'int add(int a);\n' >one.c
cat >messages <<'EOF'
{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}
{"jsonrpc":"2.0","method":"notifications/initialized"}
{"jsonrpc":"2.0","id":"two","method":"ping"}
{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"read","arguments":{"path":"one.c"}}}
EOF
cq --root . mcp <messages | sed 's/"version":"[^"]*"/"version":"V"/'
