readonly VERSION=1.0 NAME
declare -r LIMIT=10
declare -A table=([a]=1)
declare -i counter
export PATH_TO="$HOME/bin" lower=x HOME
typeset -f hello
plain=text
list=(a b
	c)
list+=(d)
list[0]=z
first=1 second=2
LANG=C sort file
if test -z "$plain"; then
	nested=$(command_output "$plain")
fi
change() {
	plain=other
	declare -g everywhere=1
}
alias ll='ls -l' g=git
