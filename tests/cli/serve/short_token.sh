XDG_RUNTIME_DIR=$PWD/run; export XDG_RUNTIME_DIR; mkdir -m 700 run
CQ_TOKEN=short cq serve --listen 127.0.0.1:0
