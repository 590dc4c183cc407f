echo needle > .hidden; echo needle > seen.txt; echo needle > gone.txt; echo gone.txt > .gitignore
cq search needle --files; echo --; cq search needle --files --hidden; echo --; cq search needle --files --no-ignore
