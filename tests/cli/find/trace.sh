# Python's innermost frame is the last one, gdb's the first; folders of another machine do not matter.
mkdir pkg && printf 'def load(name):\n    # comment\n    raise KeyError("no such plugin: " + name)\n' >pkg/plugins.py
printf 'from pkg import plugins\n\n\ndef main():\n    plugins.load("x")\n' >pkg/main.py
cq find "$(printf 'Traceback (most recent call last):\n  File "/usr/lib/python3/site-packages/pkg/main.py", line 5, in main\n    plugins.load("x")\n  File "/usr/lib/python3/site-packages/pkg/plugins.py", line 3, in load\n    raise KeyError(name)\nKeyError: x')" --limit 2
cq find "$(printf '#0  ring_step (r=0x0, by=1) at ../src/ring.c:8\n#1  main () at main.c:3\n#2  start ()')" --limit 1
cq find "thread 'main' panicked at src/main.rs:2:5:" --limit 1
