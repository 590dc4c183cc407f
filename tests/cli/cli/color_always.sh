NO_COLOR=1 cq outline src/a.py --color always | head -n 1
