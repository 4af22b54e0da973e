# shellcheck shell=bash
# Shared by the set-up scripts: speaking, system packages, stamps. To be sourced.

CACHE="$ROOT/.cache"

say() { printf 'setup: %s\n' "$*"; }

warn() { printf '\nWARNING: %s\n\n' "$*" >&2; }

die() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

# Prints those of the named Debian packages that are not installed.
missing_packages() {
    local package
    for package in "$@"; do
        dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null |
            grep -qx installed || printf '%s ' "$package"
    done
}

# Runs a command as root, or fails with one line.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "root or sudo is needed to install system packages"
    fi
}

# Installs those of the named Debian packages that are missing.
install_packages() {
    local missing log="$CACHE/apt.log"
    command -v apt-get >/dev/null ||
        die "no apt-get here: install what corresponds to Debian's $*"
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null ||
        die "missing packages: ${missing% }; install them, or run this as root or with sudo"
    say "installing system packages: ${missing% }"
    # shellcheck disable=SC2086 # a list of words
    {
        as_root apt-get update -qq &&
            as_root env DEBIAN_FRONTEND=noninteractive \
                apt-get install -y -qq --no-install-recommends $missing
    } >"$log" 2>&1 || {
        tail -n 5 "$log" >&2
        die "apt-get could not install: ${missing% } (its output: .cache/apt.log)"
    }
}

# Prints a hash of the named files, of the words after --, and of this place.
stamp_of() {
    local files=()
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        files+=("$1")
        shift
    done
    { cat "${files[@]}"; printf '%s\n' "$ROOT" "$@"; } | sha256sum | cut -d' ' -f1
}

# Lets only one set-up work at a time; the next one finds everything done.
take_turns() {
    mkdir -p "$CACHE"
    exec 9>"$CACHE/setup.lock"
    flock -n 9 || { say "another set-up is running; waiting for it"; flock 9; }
}
