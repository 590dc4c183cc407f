# Others could reach it: that needs a token.
XDG_RUNTIME_DIR=$PWD/run; export XDG_RUNTIME_DIR; mkdir -m 700 run
cq serve --listen 0.0.0.0:0
