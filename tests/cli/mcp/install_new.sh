export HOME="$PWD/home" XDG_CONFIG_HOME="$PWD/config"
mkdir -p work home && cd work && git init -q .
for client in claude-code vscode codex opencode zed; do
    cq mcp install $client --command cq
    cq mcp install $client --command cq --write
    cq mcp install $client --command cq --write
done
cat .mcp.json ../home/.codex/config.toml
find . ../home ../config -name '*.cq-backup*'
