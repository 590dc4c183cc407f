cq search no_such_name_anywhere --format json >/dev/null
