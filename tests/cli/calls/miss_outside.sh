# What the use means is outside of the workspace.
cq calls pkg/app.py:29:6
