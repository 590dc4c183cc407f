#!/bin/sh
# The page of `cq serve` in a browser without a screen (tests/page.js), over two servers: one for this
# machine, one that wants a token. Skipped where there is no Chromium or Node, or what drives it is not
# fetched (tools/fetch-browser.sh). Its pictures stay in the build folder, in page/.
set -eu
browser=${CQ_CHROMIUM:-$(command -v chromium-headless-shell || command -v chromium || true)}
driver=$CQ_SOURCE/build/browser/node_modules/playwright-core
if [ -z "$browser" ] || [ ! -d "$driver" ] || ! command -v node >/dev/null; then exit 77; fi
if ! timeout 60 "$browser" --headless --no-sandbox --dump-dom about:blank 2>&1 | grep -q '<html>'; then
    echo "skipped: $browser does not start here"
    exit 77
fi
exec python3 "$CQ_SOURCE/tests/page.py" "$CQ_BUILD/cq" node "$CQ_SOURCE/tests/page.js" "$driver" "$browser" \
    "$CQ_BUILD/page"
