echo "now: $(date +%s) and `uname -r` in ${dir:-$(pwd)}"
echo 'not code: $(date)' $'tab\t'
cat <<END
Hello $(whoami), ${name}.
END
cat <<'RAW' | wc -l
not code: $(date)
RAW
tr a b <<<"line $(number 1)"
echo "sum: $((1 + $(count)))"
[[ $x =~ ^[0-9]+$ ]]
