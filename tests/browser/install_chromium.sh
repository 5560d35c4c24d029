#!/bin/sh
# Chromium and Chinese fonts for the browser tests and the screenshots. Does nothing when both are there.
# Where they cannot be installed it says what to install; that fails only with CI set, else the browser tests skip.
set -eu

PATH="$PATH:/usr/sbin:/sbin"

has_browser() {
    [ -n "${REELSHIFT_CHROMIUM:-}" ] || command -v chromium || command -v chromium-browser || command -v google-chrome
}

has_fonts() {
    command -v fc-list && [ -n "$(fc-list :lang=zh family)" ]
}

# Playwright's driver is a Node.js that needs libatomic.
has_libraries() {
    [ "$(uname)" != Linux ] || ldconfig -p | grep -q 'libatomic\.so\.1'
}

missing() {
    has_browser >/dev/null || echo chromium
    has_fonts >/dev/null || echo fontconfig fonts-noto-cjk
    has_libraries || echo libatomic1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then env DEBIAN_FRONTEND=noninteractive "$@"; else sudo env DEBIAN_FRONTEND=noninteractive "$@"; fi
}

can_install() {
    command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null; }
}

packages=$(missing)
if [ -z "$packages" ]; then exit 0; fi
if can_install; then
    echo "Installing" $packages "(once) ..."
    as_root apt-get update -qq && as_root apt-get install -y -qq --no-install-recommends $packages >/dev/null || true
    packages=$(missing)
fi
if [ -z "$packages" ]; then exit 0; fi

echo "The browser tests need Chromium and Chinese fonts. Please install them: sudo apt-get install" $packages >&2
echo "(elsewhere: any Chromium or Chrome, named in REELSHIFT_CHROMIUM, and the Noto Sans CJK fonts)." >&2
case "${CI:-false}" in false | 0 | "") ;; *) exit 1 ;; esac
