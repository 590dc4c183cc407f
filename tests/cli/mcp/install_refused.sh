export HOME="$PWD/home" XDG_CONFIG_HOME="$PWD/config"
mkdir -p work home/.gemini config/zed && cd work && git init -q .
printf '// settings\n{"a": 1}\n' >../config/zed/settings.json
cq mcp install zed --command cq --write || echo "exit $?"
cat ../config/zed/settings.json
for text in '[]' '{"mcpServers":[]}' '{"a":1,"a":2}' '{'; do
    printf '%s' "$text" >../home/.gemini/settings.json
    cq mcp install gemini --command cq --write || echo "exit $?"
    cat ../home/.gemini/settings.json
    echo
done
cq mcp install emacs || echo "exit $?"
cq mcp install --write || echo "exit $?"
cq mcp serve cursor || echo "exit $?"
cq mcp sevre || echo "exit $?"
ls ../home/.gemini
