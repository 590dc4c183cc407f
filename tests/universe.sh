#!/usr/bin/env bash
# tests/universe.sh CQ_UNIVERSE [CQ_UNIVERSE_WITH_FAULTS] - compares our file lists with git's.
#
# Each case builds a repository in a temporary folder and compares what cq-universe prints with
# `git ls-files --cached --others --exclude-standard`, nested repositories included, as far as the
# names are regular files on the disk. Then a few hundred random ignore files (fixed seed) over one
# tree, and, given the build with faults, the Nth failing system call for every N.
set -u
export LC_ALL=C
cq=$(realpath "$1")
fake=${2:+$(realpath "$2")}
work=$(mktemp -d)
trap 'chmod -R u+rwx "$work" 2>/dev/null; rm -rf "$work"' EXIT
passed=0 failed=0

for name in $(env | sed -n 's/^\(GIT_[A-Z_0-9]*\)=.*/\1/p'); do unset "$name"; done
unset XDG_CONFIG_HOME
export HOME=$work/home GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a
export GIT_COMMITTER_EMAIL=a@example.org
mkdir -p "$HOME"
git config --global init.defaultBranch main
git config --global protocol.file.allow always
git config --global advice.addEmbeddedRepo false
git config --global safe.directory '*'

good() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "FAILED: $1"; }

# git's list of the folder $1, each path with $2 before it, NUL-separated, unsorted.
truth() {
    local dir=$1 prefix=$2 list sub
    list=$(mktemp -p "$work")
    git -C "$dir" ls-files -z --cached --others --exclude-standard 2> /dev/null |
        sort -zu > "$list" || return
    (cd "$dir" && find . -name .git -prune -o -type f -print0) | sed -z 's|^\./||' | sort -z |
        comm -z -12 - "$list" | sed -z "s|^|$prefix|"
    while IFS= read -r -d '' sub; do
        if grep -zqxF -e "$sub" -e "$sub/" "$list"; then truth "$dir/$sub" "$prefix$sub/"; fi
    done < <(cd "$dir" && find . -mindepth 2 -name .git -printf '%h\0' 2> /dev/null |
        sed -z 's|^\./||')
    rm -f "$list"
}

# same NAME DIR [SOURCE] [ARGS...]: our list of DIR (as root) equals git's, and comes from SOURCE.
same() {
    local name=$1 dir=$2 source=${3:-git-index} threads
    shift 2
    [ $# -gt 0 ] && shift
    truth "$dir" "" | sort -zu > "$work/want"
    for threads in 1 3; do
        if ! "$cq" -z --here --threads $threads "$@" "$dir" > "$work/got" 2> "$work/said"; then
            bad "$name: exit code, $(tail -1 "$work/said")"
            return
        fi
        if ! cmp -s "$work/want" "$work/got"; then
            bad "$name ($threads threads)"
            diff <(tr '\0' '\n' < "$work/want") <(tr '\0' '\n' < "$work/got") | head -20
            return
        fi
    done
    if ! grep -q "from $source" "$work/said"; then
        bad "$name: not from $source but: $(tail -1 "$work/said")"
        return
    fi
    good
}

# lists NAME DIR WANT ARGS...: our list is exactly the words of WANT.
lists() {
    local name=$1 dir=$2 want=$3 got
    shift 3
    got=$("$cq" --here "$@" "$dir" 2> "$work/said" | tr '\n' ' ')
    if [ "${got% }" = "$want" ]; then good; else bad "$name: wanted \"$want\", got \"${got% }\""; fi
}

# refuses NAME DIR EXIT TEXT ARGS...
refuses() {
    local name=$1 dir=$2 want=$3 text=$4 code
    shift 4
    "$cq" --here "$@" "$dir" > /dev/null 2> "$work/said"
    code=$?
    if [ $code = "$want" ] && grep -q -- "$text" "$work/said"; then good
    else bad "$name: exit $code, $(tail -1 "$work/said")"; fi
}

put() { # put FILE...: makes each, with folders
    local file
    for file; do
        [[ $file = /* ]] && file=$(realpath -m --relative-to=. -- "$file")
        mkdir -p -- "$(dirname -- "$file")"
        echo "$file" > "./$file"
    done
}

repo() { # repo NAME [INIT OPTIONS]: makes and enters it
    local name=$1
    shift
    mkdir -p "$work/$name"
    cd "$work/$name" || exit 2
    git init -q "$@"
}

commit() { git add -A && git commit -qm x; }

# --- cases ---

repo plain
put a.c b.h sub/c.c sub/deep/d.c .hidden/e x.o sub/y.o build/z keep/build/k sub/keep.o
printf '*.o\n/build\n!keep.o\n' > .gitignore
printf 'deep/*\n!deep/u*\n' > sub/.gitignore
commit
put u.c sub/u.o sub/deep/u.c sub/deep/v.c build/u new/n.c new/n.o .new .hidden/f
same plain "$PWD"
same plain-sub "$PWD/sub"
same plain-deep "$PWD/sub/deep"
same plain-untracked-sub "$PWD/new"
same inside-ignored "$PWD/build"

repo no-commits
same empty "$PWD"
put a b/c
same untracked-only "$PWD"
git add a
same staged "$PWD"

repo index-v4
put a aa aab/b aab/c abc/d/e/f abc/d/e/g z
commit
git update-index --index-version 4
put n
same index-v4 "$PWD"

repo index-v3
put a b c/d c/e
commit
put new
git add -N new
git update-index --skip-worktree b
git update-index --assume-unchanged c/d
rm b c/e
same index-v3 "$PWD"

repo sha256 --object-format=sha256
put a b/c
commit
put d
same sha256 "$PWD"
git update-index --index-version 4
same sha256-v4 "$PWD"

repo conflict
put a b/c
commit
git checkout -qb other
echo other > a
rm -r b
put b
commit
git checkout -q main
echo main > a
put b/d
commit
git merge -q other > /dev/null 2>&1
put u
same conflict "$PWD"

repo types
put was-file was-dir/a was-dir/b real/x gone/y same.c
ln -s same.c link
ln -s real dirlink
commit
rm was-file && put was-file/now/dir
rm -r was-dir && echo file > was-dir
rm -r gone
rm -r real && ln -s /etc real
ln -s . loop
mkfifo pipe
same types "$PWD"
"$cq" -S --here "$PWD" 2> /dev/null | grep -q '^symlink loop$' && good || bad types-skipped
"$cq" -S --here "$PWD" 2> /dev/null | grep -q '^special pipe$' && good || bad types-special

repo tracked-in-ignored
put out/keep out/sub/keep2 a
echo out/ > .gitignore
git add -f out a .gitignore && git commit -qm x
put out/new out/sub/new2 out/other/new3
same tracked-in-ignored "$PWD"
same tracked-in-ignored-root "$PWD/out/sub"

repo excludes
put a.x a.y a.z sub/b.x keep.x
printf '*.x\n' > .git/info/exclude
printf '!keep.x\n' > .gitignore
same info-exclude "$PWD"
mkdir -p "$HOME/.config/git"
printf '*.y\n' > "$HOME/.config/git/ignore"
same xdg-ignore "$PWD"
printf '*.z\n!*.y\n' > "$HOME/my ignores"
git config --global core.excludesFile '~/my ignores'
same excludes-file-home "$PWD"
printf 'a.*\n' > rel-ignores
git config core.excludesFile rel-ignores
same excludes-file-relative "$PWD"
same excludes-file-relative-sub "$PWD/sub"
git config core.excludesFile ''
same excludes-file-empty "$PWD"
git config --unset core.excludesFile
git config --global --unset core.excludesFile
XDG_CONFIG_HOME=$work/xdg same xdg-elsewhere "$PWD"
rm "$HOME/.config/git/ignore"

repo includes
put a.p a.q a.r
printf '[core]\n\texcludesFile = "~/from include"\n' > "$HOME/inc"
printf '*.p\n' > "$HOME/from include"
git config --global include.path inc
same include "$PWD"
git config --global --unset include.path
printf '[includeIf "gitdir:%s/"]\n\tpath = inc\n' "$PWD" >> "$HOME/.gitconfig"
same include-if "$PWD"
printf '[includeIf "gitdir:/nowhere/"]\n\tpath = inc\n[user]\n\tname = "x\\"; y" ; comment\n' > .git/config.add
sed -i '/includeIf/,$d' "$HOME/.gitconfig"
cat .git/config.add >> .git/config
same include-if-not "$PWD"
printf '*.q\n' > "$HOME/q"
GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.excludesFile GIT_CONFIG_VALUE_0=$HOME/q \
    same config-in-environment "$PWD"
GIT_CONFIG_GLOBAL=$work/global same config-global-missing "$PWD"
printf '[core]\nexcludesfile=%s\n' "$HOME/q" > "$work/global"
GIT_CONFIG_GLOBAL=$work/global same config-global "$PWD"
GIT_CONFIG_SYSTEM=$work/global GIT_CONFIG_NOSYSTEM=0 same config-system "$PWD"

repo ignore-files
put a b c d ' e' 'f ' g 'h\' sub/i sub/j sub/k/l 'x y' '#z' '!w' 'cr'
printf '\357\273\277a\r\nb   \n\\ e\nf\\ \n\n#z\n\\!w\ncr\r\n/sub/j\nsub/**/l' > .gitignore
same ignore-syntax "$PWD"
put D/x E/x
mkdir D/.gitignore && put D/.gitignore/y
ln -s ../.gitignore E/.gitignore
put E/a
same ignore-odd-types "$PWD"

repo names
put $'new\nline' $'caf\xe9' $'\xff\xfe/x' 'tab	x' 'back\slash' 'quo"te' ' ' '-dash' 'a/ b /c' '[x]' '*'
commit
put $'more\nlines/\xe9\xe8' '**/x'
same names "$PWD"

repo worktree-main
put a b/c
echo '*.o' > .gitignore
echo '/only' > .git/info/exclude
commit
git worktree add -q ../worktree-linked -b side
put ../worktree-linked/n ../worktree-linked/only ../worktree-linked/x.o
same worktree-linked "$work/worktree-linked"
git worktree add -q inner -b inner
put inner/n inner/x.o inner/only only
same worktree-nested "$PWD"
git config extensions.worktreeConfig true
git -C inner config --worktree core.excludesFile "$work/inner-ignore"
echo n > "$work/inner-ignore"
same worktree-config "$PWD/inner"
same worktree-config-outer "$PWD"

repo lib
put l.c inc/l.h
echo '*.tmp' > .gitignore
commit
repo nested-lib
put n.c
commit
cd "$work/lib" && git submodule --quiet add "$work/nested-lib" third && git commit -qm x
repo modules
put m.c s.tmp
echo vendor > .gitignore
git submodule --quiet add "$work/lib" libs/lib
git submodule --quiet add "$work/lib" libs-empty
git submodule --quiet add "$work/lib" libs/lib-x
commit
git submodule --quiet update --init --recursive libs/lib libs/lib-x
git submodule --quiet deinit -f libs-empty
put libs/lib/new.c libs/lib/x.tmp libs/lib/third/new.c libs/a libs/lib-a libs/lib.b
same modules "$PWD"
same module-root "$PWD/libs/lib"
same module-sub "$PWD/libs"
lists module-in "$PWD" "libs/lib/inc/l.h libs/lib/third/n.c libs/lib/third/new.c" \
    --in libs/lib/third --in libs/lib/inc
rm -rf libs/lib/.git
"$cq" --here "$PWD" 2> /dev/null | grep -q '^libs/lib/l.c$' && bad module-empty || good
echo 'gitdir: /nowhere' > libs/lib/.git
"$cq" --here "$PWD" 2> /dev/null | grep -q '^libs/lib/l.c$' && good || bad module-broken

repo embedded
put a vendored/x
git init -q inner && put inner/i inner/sub/j && git -C inner add i && git -C inner commit -qm x
git init -q empty-inner
git init -q ignored-inner && put ignored-inner/x
git init -q vendored && put vendored/y
mkdir -p fake/.git && put fake/x
echo ignored-inner > .gitignore
git add a .gitignore vendored/x 2> /dev/null
rm -rf vendored/.git && git add vendored && git commit -qm x && git init -q vendored
echo j > inner/.git/info/exclude
same embedded "$PWD"

repo sparse
put top a/x a/b/y c/z c/d/w e/v
printf '*.o\n' > c/d/.gitignore
printf '*.o\n' > .gitignore
commit
git sparse-checkout set --cone a
same sparse-cone "$PWD"
put c/new c/new.o
same sparse-cone-leftover "$PWD"
put c/d/new.c c/d/new.o
same sparse-cone-rules "$PWD" 'git-command'
rm -r c
git sparse-checkout set --cone --sparse-index a
same sparse-index "$PWD"
put c/new
same sparse-index-leftover "$PWD" 'git-command'
rm -r c
git sparse-checkout set --no-cone '/*' '!/c' '!.gitignore'
same sparse-patterns "$PWD"
put n.o n.c
same sparse-patterns-untracked "$PWD" 'git-command'

repo split
put a b/c
commit
git update-index --split-index
put d && git add d && put e
same split-index "$PWD" 'git-command'
PATH=/nowhere "$cq" --here . > "$work/got" 2> "$work/said"
grep -q '^4 files.*from walk: .*split' "$work/said" && good || bad split-index-without-git

repo extensions
put a b/c
git config core.untrackedCache true
commit
git update-index --untracked-cache 2> /dev/null
git status > /dev/null
put b/n
git status > /dev/null
same untracked-cache "$PWD"
git config core.fsmonitor true
git update-index --force-untracked-cache 2> /dev/null
same untracked-cache-2 "$PWD"
git config core.fsmonitor false

mkdir -p "$work/external-tree" && repo external
git config core.worktree ../../external-tree
cd "$work/external-tree" || exit 2
put a b
git --git-dir="$work/external/.git" --work-tree=. add a
GIT_DIR=$work/external/.git same work-tree-elsewhere "$PWD"
git init -q --bare "$work/bare.git"
GIT_DIR=$work/bare.git GIT_WORK_TREE=$PWD same bare-with-work-tree "$PWD"
mkdir -p "$work/separate" && cd "$work/separate" && git init -q --separate-git-dir "$work/sep.git" .
put a b && git add a
same separate-git-dir "$PWD"
GIT_INDEX_FILE=$work/other.index git add b
GIT_INDEX_FILE=$work/other.index same index-file "$PWD"
cd "$work/plain" && GIT_DIR=.git same git-dir-relative "$PWD"

git clone -q --bare "$work/plain" "$work/layout/.bare"
cd "$work/layout" && echo 'gitdir: ./.bare' > .git && git worktree add -q wt main
same bare-layout "$PWD/wt"
lists bare-layout-root "$PWD" "wt/.gitignore wt/.hidden/e wt/a.c wt/b.h wt/keep/build/k wt/sub/.gitignore wt/sub/c.c wt/sub/keep.o"

git -C "$work/plain" config uploadpack.allowFilter true
git clone -q --no-local --filter=blob:none "file://$work/plain" "$work/partial"
cd "$work/partial" && put n
same partial-clone "$PWD"

repo fold
put Foo/Bar.C lower
commit
git config core.ignoreCase true
printf '*.TXT\nBUILD/\n[A-C]x\n' > .gitignore
put a.txt build/x ax dx foo.c
same ignore-case "$PWD"
mv lower LOWER
"$cq" -t --here . 2> /dev/null | grep -q '^H lower$' && good || bad ignore-case-renamed

repo deep
path=d
for i in $(seq 150); do path=$path/d; done
put "$path/x" && commit && put "$path/y"
same deep "$PWD"
(
    cd "$work/deep" || exit 2
    name=$(printf 'n%.0s' $(seq 200))
    for i in $(seq 25); do mkdir $name && cd $name || exit 2; done
    echo x > x
)
"$cq" -S --here . 2> /dev/null | grep -q '^unreadable nnn' && good || bad too-deep
rm -rf "$work/deep"

repo damaged
put a b/c
commit
put n
cp .git/index index.ok
for size in 0 4 11 40 100 150 200; do
    head -c $size index.ok > .git/index
    "$cq" --here . > "$work/got" 2> "$work/said"
    [ $? = 0 ] && grep -q 'files.* from .*: the git index' "$work/said" && grep -q '^b/c$' "$work/got" && good ||
        bad "damaged-$size: $(tail -1 "$work/said")"
done
rm index.ok

if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
    repo locked
    put a locked/x open/y
    commit
    put locked/n rules/n && echo n > rules/.gitignore
    chmod 755 "$work" && chmod 0 locked
    cp "$cq" "$work/cq-copy"
    nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/nonexistent "$@"; }
    nobody "$work/cq-copy" -S --here . > "$work/got" 2> "$work/said"
    [ "$(tr '\n' ' ' < "$work/got")" = "a open/y rules/.gitignore unreadable locked " ] && good ||
        bad "locked: $(tr '\n' ' ' < "$work/got") $(cat "$work/said")"
    mkdir -m 0 "$work/locked-home"
    HOME=$work/locked-home
    nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
    nobody "$work/cq-copy" --here . 2>&1 > /dev/null | grep -q 'from git-index$' && good ||
        bad locked-home
    HOME=$work/home
    chmod 755 locked && chmod 0 rules/.gitignore
    nobody "$work/cq-copy" --here . > "$work/got" 2> "$work/said"
    grep -q 'no rules from rules/.gitignore' "$work/said" && grep -q '^rules/n$' "$work/got" && good ||
        bad "locked-rules: $(cat "$work/said")"
    chown -R 65534 "$work/plain"
    truth "$work/plain" "" | sort -zu > "$work/want"
    HOME=$work/nohome "$cq" -z --here "$work/plain" > "$work/got" 2> "$work/said"
    cmp -s "$work/want" "$work/got" && grep -q 'from git-index$' "$work/said" && good ||
        bad other-owner
fi

# --- outside git, selections, bad input ---

mkdir -p "$work/outside" && cd "$work/outside" || exit 2
put a.c b.py .h/x .env sub/c.c sub/d.o sub/e.log node/x.py script
printf '*.o\n!sub/e.log\n' > .gitignore
printf '*.log\nnode\n' > .ignore
lists outside "$PWD" "a.c b.py script sub/c.c"
lists outside-hidden "$PWD" ".env .gitignore .h/x .ignore a.c b.py script sub/c.c" --hidden
lists outside-no-ignore "$PWD" "a.c b.py node/x.py script sub/c.c sub/d.o sub/e.log" --no-ignore
lists outside-in "$PWD" "node/x.py" --in node
lists outside-in-hidden "$PWD" ".env .h/x" --in .env --in ./.h/
lists outside-in-file "$PWD" "sub/c.c sub/d.o" --in sub/d.o --in "$PWD/sub"
lists glob "$PWD" "a.c sub/c.c" --glob '*.c'
lists glob-anchored "$PWD" "sub/c.c" --glob '/sub/*.c'
lists glob-folder "$PWD" "sub/c.c" --glob sub
lists glob-negated "$PWD" "a.c b.py script" --glob '!sub'
lists glob-both "$PWD" "a.c" --glob '*.c' --glob '!sub/'
lists lang "$PWD" "b.py script" --lang python
lists lang-in "$PWD" "node/x.py" --lang python --in node
refuses bad-glob "$PWD" 2 '"offset": *1' --glob 'a[b'
refuses empty-glob "$PWD" 2 'empty' --glob '!'
refuses in-missing "$PWD" 3 'did you mean sub/c.c?' --in sub/c.cc
refuses in-missing-folder "$PWD" 3 'did you mean sub?' --in sbu/x/c.c
refuses in-outside "$PWD" 2 'outside the workspace' --in ..
refuses in-outside-absolute "$PWD" 2 'outside the workspace' --in /
refuses in-git "$work/plain" 2 'never' --in .git/config
ln -s /etc out && ln -s sub in
refuses in-link-outside "$PWD" 2 'outside the workspace' --in out
lists in-link-inside "$PWD" "sub/c.c" --in in
refuses no-folder /nonexistent/x 3 'nonexistent'
git init -q repo && put repo/.x repo/y.o repo/z && echo z > repo/.gitignore
lists outside-repo "$PWD" "a.c b.py repo/.gitignore repo/.x repo/y.o script sub/c.c"
cd "$work/plain" || exit 2
lists git-in-ignored "$PWD" "build/u build/z" --in build
lists git-in-ignored-file "$PWD" "x.o" --in x.o
lists git-glob "$PWD" "sub/c.c sub/deep/u.c" --in sub --glob '*.c'
GIT_CEILING_DIRECTORIES=$work/plain lists ceiling "$PWD/sub/deep" "d.c u.c v.c"

# --- random ignore files over one tree ---

repo random
for one in a b ab a.c b.o .a '*' 'a*'; do
    for two in a b ab .b c '[a]'; do
        for three in a b c.o 'x y'; do put "$one/$two/$three"; done
    done
done
put f b.a c ab.c .c q/a.c q/b
atoms=(a b ab c . .c o '?' '[ab]' '[!a]' '[a-c]' '[[:alpha:]]' '[^.]' '\a' '\*' '[]a]' '[a' '[\]]' ' ')
RANDOM=4711
component() {
    local count=$((RANDOM % 3 + 1)) i
    if [ $((RANDOM % 5)) = 0 ]; then text='**'; return; fi
    text=
    for ((i = 0; i < count; i++)); do
        [ $((RANDOM % 3)) = 0 ] && [ "${text: -1}" != '*' ] && text+='*'
        text+=${atoms[RANDOM % ${#atoms[@]}]}
    done
    [ $((RANDOM % 3)) = 0 ] && [ "${text: -1}" != '*' ] && text+='*'
}
pattern() {
    local count=$((RANDOM % 3 + 1)) i
    line=
    [ $((RANDOM % 4)) = 0 ] && line='!'
    [ $((RANDOM % 4)) = 0 ] && line+='/'
    for ((i = 0; i < count; i++)); do
        component
        [ $i -gt 0 ] && line+='/'
        line+=$text
    done
    [ $((RANDOM % 5)) = 0 ] && line+='/'
}
differing=0
for ((round = 0; round < ${ROUNDS:-400}; round++)); do
    : > .gitignore
    for ((lines = RANDOM % 4 + 1; lines > 0; lines--)); do
        pattern
        printf '%s\n' "$line" >> .gitignore
    done
    git ls-files -z --others --exclude-standard | sort -z > "$work/want"
    "$cq" -z --here --threads 1 . > "$work/got" 2> /dev/null
    if ! cmp -s "$work/want" "$work/got"; then
        differing=$((differing + 1))
        [ $differing -le 3 ] && cat .gitignore &&
            diff <(tr '\0' '\n' < "$work/want") <(tr '\0' '\n' < "$work/got") | head -5
    fi
done
[ $differing = 0 ] && good || bad "random: $differing ignore files of $round differ"

# --- the Nth system call fails ---

faults() { # faults NAME DIR: complete, or incomplete and saying so, or a Problem; never a crash
    local name=$1 dir=$2 n code
    "$cq" --here "$dir" 2> /dev/null > "$work/want"
    for ((n = 1; n < 3000; n++)); do
        CQ_FAULT_AT=$n timeout 20 "$fake" -S --here --threads 1 "$dir" > "$work/got" 2> "$work/said"
        code=$?
        grep -q '^\[fault' "$work/said" || break
        if [ $code -gt 7 ]; then bad "$name: fault $n ends with $code"; return; fi
        [ $code = 0 ] || continue
        cmp -s "$work/want" "$work/got" && continue
        grep -Ev '^(unreadable|symlink|special) ' "$work/got" | cmp -s "$work/want" - ||
            grep -q '^unreadable ' "$work/got" || grep -q 'files, .* from .*: ' "$work/said" ||
            { bad "$name: fault $n is not told: $(head -1 "$work/said")"; return; }
    done
    good
    echo "$name: $((n - 1)) faults"
}
if [ -n "$fake" ]; then
    for name in plain excludes types embedded modules sparse split outside; do
        faults "faults-$name" "$work/$name"
    done
fi

echo "$passed passed, $failed failed"
[ $failed = 0 ]
