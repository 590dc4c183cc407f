XDG_RUNTIME_DIR=$PWD/run; export XDG_RUNTIME_DIR; mkdir -m 700 run
cq serve --listen example.org:80
