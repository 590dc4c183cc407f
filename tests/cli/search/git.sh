git init -q . && echo 'ignored.txt' > .gitignore && echo needle > ignored.txt && echo needle > .hidden
git add src && git commit -qm x && echo needle > untracked.txt && echo needle > src/tracked.txt
cq search needle --files
echo -- ; cq search needle --files --no-ignore
echo -- ; cd src && cq search needle --files
