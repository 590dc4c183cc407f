cq config show cache.directory | sed -n 3p
XDG_CACHE_HOME=relative cq config show cache.directory | sed -n 3p
XDG_CACHE_HOME=/xdg cq config show cache.directory | sed -n 3p
XDG_CACHE_HOME=/xdg CQ_CACHE_DIR=/mine cq config show cache.directory | sed -n 3p
env -u HOME -u XDG_CACHE_HOME cq config show cache.directory | sed -n 3p
CQ_CACHE_DIR=mine cq config show
