# A failed cell costs those that need it, says why, and decides the exit code.
git init -q . && git add . && git commit -qm x
cq run --step outline id=a files=missing.py --step search id=b inputs=a beta --step search id=c alpha
