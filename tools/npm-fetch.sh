# tools/npm-fetch.sh - sourced by tools/fetch-*.sh: brings pinned npm packages into the build folder.
#
# npm_fetch LOCK_DIR DEST   installs LOCK_DIR's lock file beside DEST, calls the caller's
#                           `keep NODE_MODULES NEW_DIR` to copy what is wanted, then swaps NEW_DIR in.
# A stamp in DEST holds the checksum of the lock file and of the caller; nothing happens while it fits.
# An interrupted run leaves the old DEST or none at all, never a part of one.

npm_fetch() {
    lock_dir=$1 dest=$2
    want=$(cat "$lock_dir/package-lock.json" "$0" | sha256sum)
    have=
    if [ -r "$dest/.stamp" ]; then read -r have <"$dest/.stamp" || true; fi
    if [ "$have" = "${want%% *}" ]; then return 0; fi

    mkdir -p "$dest.tmp"
    exec 9>"$dest.tmp/lock"
    flock 9 # a second make waits here, then finds the stamp
    if [ -r "$dest/.stamp" ]; then read -r have <"$dest/.stamp" || true; fi
    if [ "$have" = "${want%% *}" ]; then return 0; fi

    echo "fetching $(grep -c '"integrity"' "$lock_dir/package-lock.json") packages for $dest" >&2
    rm -rf "$dest.tmp/npm" "$dest.tmp/new"
    mkdir -p "$dest.tmp/npm" "$dest.tmp/new"
    cp "$lock_dir/package.json" "$lock_dir/package-lock.json" "$dest.tmp/npm/"
    if ! (cd "$dest.tmp/npm" && npm ci --ignore-scripts --no-audit --no-fund --legacy-peer-deps \
        --prefer-offline --no-update-notifier --loglevel=error >npm.log 2>&1); then
        cat "$dest.tmp/npm/npm.log" >&2
        echo "npm could not fetch $lock_dir: the network is needed once; then run make again" >&2
        exit 69
    fi
    keep "$dest.tmp/npm/node_modules" "$dest.tmp/new"
    echo "${want%% *}" >"$dest.tmp/new/.stamp"
    rm -rf "$dest"
    mv "$dest.tmp/new" "$dest"
    rm -rf "$dest.tmp"
}
