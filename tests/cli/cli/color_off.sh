cq outline src/a.py | grep -c "$(printf "\033")"; NO_COLOR= cq outline src/a.py | grep -c "$(printf "\033")"
