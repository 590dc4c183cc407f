export HOME="$PWD/home" XDG_CONFIG_HOME="$PWD/config"
mkdir -p work home/.codex home/real config/Claude && cd work && git init -q .
# Other servers, other members, a number that is no integer: all of it stays, and its permissions.
echo '{"theme":"dark","mcpServers":{"other":{"command":"x","args":["y"],"env":{"KEY":"secret"}}},"zoom":1.5,"big":9007199254740993}' >../config/Claude/claude_desktop_config.json
chmod 600 ../config/Claude/claude_desktop_config.json
cq mcp install claude-desktop --command /usr/bin/cq --write
cat ../config/Claude/claude_desktop_config.json ../config/Claude/claude_desktop_config.json.cq-backup
stat -c %a ../config/Claude/*
# TOML keeps its comments; a link stays a link.
printf '# mine\nmodel = "m"\n\n[mcp_servers.other]\ncommand = "x"' >../home/real/config.toml
ln -s ../real/config.toml ../home/.codex/config.toml
cq mcp install codex --command cq --root . --write
cat ../home/.codex/config.toml
test -L ../home/.codex/config.toml && ls ../home/real
cq mcp install --command cq
