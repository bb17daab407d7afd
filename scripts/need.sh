# shellcheck shell=bash
# Sourced by ./check: makes sure of the tools that the tests need, installing what is missing.

# as_root COMMAND…: as root, by sudo where we are not.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "error: '$*' needs root, and there is no sudo" >&2
        return 1
    fi
}

apt_updated=

# apt_install PACKAGE…
apt_install() {
    echo "installing: $*"
    if ! command -v apt-get >/dev/null; then
        echo "error: this machine has no apt-get; install by hand what Debian calls: $*" >&2
        return 1
    fi
    if [ -z "$apt_updated" ]; then
        as_root apt-get update -qq
        apt_updated=yes
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

# need TEST PACKAGE…: installs the packages unless TEST succeeds, and then insists on it.
need() {
    local present=$1
    shift
    if "$present"; then
        return
    fi
    apt_install "$@" || { echo "error: could not install: $*" >&2; return 1; }
    "$present" || { echo "error: $* installed, but the check '$present' still fails" >&2; return 1; }
}

has_cargo() { command -v cargo >/dev/null; }
has_cc() { command -v cc >/dev/null; }
has_libpq() { [ -n "$(find /usr/lib /usr/local/lib /opt -name 'libpq.so' -print -quit 2>/dev/null)" ]; }
has_postgres() { [ -n "$(postgres_bin)" ]; }
has_runuser() { [ "$(id -u)" -ne 0 ] || command -v runuser >/dev/null; }
has_chromium() { [ -x "${CHROMIUM:-/usr/bin/chromium}" ]; }
has_cjk() { [ -n "$(fc-list :lang=zh-cn family 2>/dev/null)" ]; }
has_node() { command -v node >/dev/null && [ "$(node -p 'Number(process.versions.node.split(".")[0])')" -ge 18 ]; }
has_npm() { command -v npm >/dev/null; }
has_venv() { command -v python3 >/dev/null && python3 -c 'import ensurepip, venv' 2>/dev/null; }
has_curl() { command -v curl >/dev/null; }
has_jq() { command -v jq >/dev/null; }
has_nginx() { [ -n "$(PATH=$PATH:/usr/sbin command -v nginx)" ]; }
has_openssl() { command -v openssl >/dev/null; }

need_rust() {
    has_cargo || { echo "error: no cargo; install Rust from https://rustup.rs" >&2; return 1; }
    has_cc || { echo "error: no C compiler (cc); Debian: apt-get install gcc libc6-dev" >&2; return 1; }
    need has_libpq libpq-dev
}

need_rust_tools() {
    need_rust
    need has_runuser util-linux
    # Debian would make and start a cluster of its own with the package; the tests make theirs.
    if ! has_postgres; then
        as_root mkdir -p /etc/postgresql-common/createcluster.d
        echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.d/doorward-check.conf >/dev/null
        need has_postgres postgresql || { as_root rm -f /etc/postgresql-common/createcluster.d/doorward-check.conf; return 1; }
        as_root rm -f /etc/postgresql-common/createcluster.d/doorward-check.conf
    fi
    echo "cargo, cc, libpq, PostgreSQL in $(postgres_bin)"
}

need_browser_tools() {
    need_rust
    need has_chromium chromium
    need has_cjk fontconfig fonts-noto-cjk
    need has_node nodejs
    need has_npm npm
    npm_packages
}

need_client_tools() {
    need_browser_tools
    need has_venv python3-venv
    need has_curl curl
    need has_jq jq
    need has_openssl openssl
    need_nginx
}

# Debian would start a server on port 80 with the package; the tests start theirs. Nothing else may stand in that file's place.
need_nginx() {
    local policy=/usr/sbin/policy-rc.d status=0
    if has_nginx || [ -e "$policy" ]; then
        need has_nginx nginx-light
        return
    fi
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod +x "$policy"
    need has_nginx nginx-light || status=$?
    as_root rm -f "$policy"
    return "$status"
}

# The browser's packages, again only when the lock file changed.
npm_packages() {
    local dir=tests/browser
    if cmp -s "$dir/package-lock.json" "$dir/node_modules/.locked"; then
        echo "npm packages are as locked"
        return
    fi
    npm --prefix "$dir" ci --no-audit --no-fund
    cp "$dir/package-lock.json" "$dir/node_modules/.locked"
}
