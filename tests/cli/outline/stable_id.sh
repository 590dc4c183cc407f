# A definition has the same id whichever command shows it, and keeps it when the file grows elsewhere.
ids() { grep -o '"name":"'"$1"'"[^}]*"stable_id":"[0-9a-f]*"' | sed 's/.*"stable_id":"//; s/"//' | sort; }
all() {
    for name in size inner main; do
        cq outline app.py --format json | ids $name
        cq search -w "$name" app.py --format json | ids $name
        cq q "entity=any name=$name in=app.py" --format json | ids $name
        cq find "$name" --in app.py --format json | ids $name
    done
}
all >before
sort before | uniq -c | sed 's/^ *//; s/ .*//'
{ printf 'import os\n\n\ndef first():\n    return os\n\n\n'; cat app.py; } >grown && mv grown app.py
all >after
sort -u before >b && sort -u after | cmp - b
