# Sources the script as a shell does, then asks for what stands behind the words.
cq completion bash >script
cat >ask.bash <<'X'
source ./script
ask() {
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _cq 2>/dev/null
    echo "$*: $(printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' ')"
}
ask cq ''
ask cq out
ask cq --fo
ask cq --format ''
ask cq --format = j
ask cq --format json out
ask cq --format = json comp
ask cq --root s
ask cq outline s
ask cq outline --de
ask cq outline --lang py
ask cq outline -l ru
ask cq outline --depth ''
ask cq completion ''
ask cq help outl
ask cq version x
X
bash ask.bash
