grep -q "pattern" file >/dev/null 2>&1 | sort -u
./configure --prefix="$prefix"
"$bin/tool" one "$@"
$runner two
${cmd[0]} three
exec sudo make install
command -v git
trap cleanup EXIT INT
trap 'rm -f "$tmp"' HUP
while read -r line; do handle "$line"; done < <(produce)
case $1 in
start) start_it ;;
*) usage; exit 1 ;;
esac
[ -f x ] && [[ $a == b* ]] || die "no x"
! true
