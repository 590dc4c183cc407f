good() {
	helper one
}

if [ -z "$x" ; then
	echo unclosed
fi
case $x in a) ;; esac esac

later() {
	other two
}
