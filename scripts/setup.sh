#!/usr/bin/env bash
# Installs what one purpose needs and is missing: scripts/setup.sh go|run|test|lab|lint|package
#
# When everything is there it installs nothing, asks nothing, needs no network and no root.
# A need is a name in needs(); present(), package() and why() say the rest about it.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin:/sbin # where Debian keeps ip, for users who do not have these in their PATH

say() { printf 'setup: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
on_linux() { [ "$(uname -s)" = Linux ]; }

# --- what is needed ---------------------------------------------------------------------------

needs() { # PURPOSE: the names of what it needs beside Go
	case $1 in
	go) ;; # the terminal program is pure Go
	lint) echo cc headers vpx ;; # they read the packages of the window and the video, and cgo reads the headers
	run) echo cc headers vpx driver ;;
	package) echo cc headers vpx desktop xz ;;
	lab) echo turn ip tables ps ;;
	test) echo cc headers vpx driver turn ip tables ps xvfb xdotool import ffmpeg ;;
	*) die "unknown purpose '$1': go, run, test, lab, lint or package" ;;
	esac
}

present() { # NEED: is it there?
	case $1 in
	turn) has turnserver && has turnutils_uclient ;;
	cc) # a compiler without the C library's headers is of no use to cgo
		echo '#include <stdlib.h>' | $(go env CC) -x c -c -o /dev/null - 2>/dev/null ;;
	headers) ! on_linux || headers_are_here ;; # elsewhere they come with the system
	vpx) has pkg-config && pkg-config --exists vpx ;; # asked everywhere: no system comes with it
	driver) ! on_linux || driver_is_here ;;
	ip) ! on_linux || has ip ;;
	tables) ! on_linux || has iptables-restore ;;
	ps) has ps ;;
	xvfb) ! on_linux || has Xvfb ;;
	xdotool | import) ! on_linux || has "$1" ;;
	ffmpeg) has ffmpeg && has ffprobe ;;
	desktop) ! on_linux || has desktop-file-validate ;;
	xz) ! on_linux || has xz ;;
	esac
}

# headers_are_here asks for what GLFW, go-gl and Fyne include, and for the .pc files that they ask pkg-config for.
headers_are_here() {
	local h
	has pkg-config && pkg-config --exists gl wayland-client || return
	for h in GL/gl GL/glx X11/Xcursor/Xcursor X11/extensions/Xrandr X11/extensions/Xinerama X11/extensions/XInput2 \
		X11/extensions/shape X11/extensions/xf86vmode X11/XKBlib wayland-client wayland-cursor wayland-egl xkbcommon/xkbcommon; do
		echo "#include <$h.h>"
	done | sed '1i#include <X11/Xlib.h>' | $(go env CC) -x c -E -o /dev/null - 2>/dev/null
}

# driver_is_here asks for any OpenGL driver, be it the one in software: /usr/lib/x86_64-linux-gnu/dri, /usr/lib64/dri and so on.
driver_is_here() {
	compgen -G '/usr/lib*/dri/*_dri.so' || compgen -G '/usr/lib/*/dri/*_dri.so' || compgen -G '/run/opengl-driver/lib/dri/*_dri.so' ||
		compgen -G '/usr/lib*/libGLX_nvidia.so*' || compgen -G '/usr/lib/*/libGLX_nvidia.so*'
} >/dev/null

package() { # MANAGER NEED: the packages that bring it
	case $1:$2 in
	apt:turn | pacman:turn | brew:turn) echo coturn ;;
	dnf:turn) echo coturn coturn-utils ;;
	apt:cc) echo gcc libc6-dev ;;
	dnf:cc | pacman:cc) echo gcc ;;
	apt:headers) echo pkg-config libgl1-mesa-dev xorg-dev libwayland-dev libxkbcommon-dev ;;
	dnf:headers) echo pkgconf-pkg-config mesa-libGL-devel libX11-devel libXext-devel libXcursor-devel libXrandr-devel \
		libXinerama-devel libXi-devel libXxf86vm-devel wayland-devel libxkbcommon-devel ;;
	pacman:headers) echo pkgconf libglvnd libx11 libxext libxcursor libxrandr libxinerama libxi libxxf86vm wayland libxkbcommon ;;
	apt:vpx) echo pkg-config libvpx-dev ;;
	dnf:vpx) echo pkgconf-pkg-config libvpx-devel ;;
	pacman:vpx) echo pkgconf libvpx ;;
	brew:vpx) echo pkgconf libvpx ;;
	apt:driver) echo libgl1-mesa-dri ;;
	dnf:driver) echo mesa-dri-drivers ;;
	pacman:driver) echo mesa ;;
	dnf:ip) echo iproute ;;
	*:ip) echo iproute2 ;;
	dnf:tables) echo iptables-nft ;;
	*:tables) echo iptables ;;
	apt:ps) echo procps ;;
	*:ps) echo procps-ng ;;
	apt:xvfb) echo xvfb ;;
	dnf:xvfb) echo xorg-x11-server-Xvfb ;;
	pacman:xvfb) echo xorg-server-xvfb ;;
	dnf:import) echo ImageMagick ;;
	*:import) echo imagemagick ;;
	*:desktop) echo desktop-file-utils ;;
	apt:xz) echo xz-utils ;;
	dnf:ffmpeg) echo ffmpeg-free ;; # Fedora's own; RPM Fusion has one called ffmpeg
	*:xdotool | *:xz | *:ffmpeg) echo "$2" ;;
	esac
}

why() { # NEED: what it is for
	case $1 in
	turn) echo "coturn, a TURN server that is not ours to test against" ;;
	cc) echo "a C compiler, for the window and the race detector" ;;
	headers) echo "headers of OpenGL, X11, Wayland and xkbcommon, to build the window" ;;
	vpx) echo "libvpx with its headers, which encodes and decodes video" ;;
	driver) echo "an OpenGL driver, to show the window" ;;
	ip) echo "ip, for tests in network namespaces" ;;
	tables) echo "iptables, for tests with NATs and firewalls in network namespaces" ;;
	ps) echo "ps, for tests that look at processes" ;;
	xvfb) echo "Xvfb, a display in memory to open the window on" ;;
	xdotool) echo "xdotool, to type and click into the window" ;;
	import) echo "ImageMagick's import, to take pictures of the window" ;;
	ffmpeg) echo "ffmpeg and ffprobe, to check recordings with a player that is not ours" ;;
	desktop) echo "desktop-file-validate, to check the menu entry" ;;
	xz) echo "xz, to pack" ;;
	esac
}

# --- Go ---------------------------------------------------------------------------------------

# check_go ends the script with one line if the Go here can not build this project. A Go from 1.21 on
# fetches the version that go.mod asks for by itself, unless GOTOOLCHAIN forbids it.
check_go() {
	local want found
	want=$(awk '$1 == "go" { print $2; exit }' go.mod)
	has go || die "Go $want or newer is needed and there is no go command: get it from https://go.dev/dl/"
	found=$(go env GOVERSION) || die "go does not run (see above): get Go $want or newer from https://go.dev/dl/"
	found=${found#go}
	found=${found%% *}
	at_least "$found" "$want" && return
	if at_least "$found" 1.21; then
		die "Go $want or newer is needed, this is $found: run 'export GOTOOLCHAIN=auto' to let it fetch $want, or get it from https://go.dev/dl/"
	fi
	die "Go $want or newer is needed, this is $found: get it from https://go.dev/dl/"
}

at_least() { # FOUND WANTED, as in 1.26.1 and 1.26; a release candidate counts as its release
	local found=${1%%[a-z]*} want=$2
	awk -v a="$found" -v b="$want" 'BEGIN {
		split(a, x, "."); split(b, y, ".")
		for (i = 1; i <= 3; i++) if (x[i] + 0 != y[i] + 0) exit !(x[i] + 0 > y[i] + 0)
	}'
}

# --- installing -------------------------------------------------------------------------------

manager() {
	local m
	for m in apt-get dnf pacman brew; do
		if has "$m"; then
			echo "${m%-get}"
			return
		fi
	done
}

# as_root runs a command as root: directly, or through sudo.
as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_command() { # MANAGER PACKAGE...: what a person would type as root
	local m=$1 after=
	shift
	case $m in
	apt)
		case " $* " in *" coturn "*) [ ! -d /run/systemd/system ] || after=" && systemctl disable --now coturn" ;; esac
		echo "apt-get update && apt-get install -y --no-install-recommends $*$after"
		;;
	dnf) echo "dnf install -y $*" ;;
	pacman) echo "pacman -S --needed --noconfirm $*" ;;
	brew) echo "brew install $*" ;;
	esac
}

# install_packages installs or ends the script with the command that a person with more rights can run.
install_packages() { # MANAGER PACKAGE...
	local m=$1 command words
	shift
	command=$(install_command "$m" "$@")
	read -r -a words <<<"$command"
	if [ "$m" != brew ] && [ "$(id -u)" != 0 ]; then
		has sudo || die "this needs root and there is no sudo; as root, run: $command"
		say "installing needs root, so sudo may ask for your password: $command"
	else
		say "running: $command"
	fi
	case $m in
	apt) install_with_apt "$@" ;;
	dnf | pacman) as_root "${words[@]}" ;;
	brew) "${words[@]}" ;;
	esac || die "could not install; mend what it says above, or run it yourself: $command"
}

install_with_apt() {
	local quiet=(env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1) status=0
	as_root "${quiet[@]}" apt-get update -q || say "apt-get update failed; trying with the package lists that are here"
	case " $* " in *" coturn "*) hold_service coturn ;; esac
	as_root "${quiet[@]}" apt-get install -q -y --no-install-recommends "$@" </dev/null || status=$?
	case " $* " in *" coturn "*) retire_service coturn ;; esac
	return "$status"
}

# Debian starts and enables a server that it installs. The tests start their own turnserver, on loopback, and
# nobody asked for one that listens on every address: so it is neither started nor enabled at boot. A coturn that
# was here before is not touched, for then nothing gets installed.
POLICY=/usr/sbin/policy-rc.d
held=

hold_service() { # NAME: a policy for the time of the installation; one that is there already stays
	[ -e "$POLICY" ] && return
	held=$1
	trap release_service EXIT
	printf '#!/bin/sh\ncase " $* " in *" %s "* | *" %s.service "*) exit 101 ;; esac\nexit 0\n' "$1" "$1" |
		as_root sh -c "cat >$POLICY && chmod 755 $POLICY"
}

release_service() {
	[ -n "$held" ] || return 0
	held=
	as_root rm -f "$POLICY"
}

retire_service() { # NAME
	release_service
	if [ -d /run/systemd/system ]; then
		as_root systemctl disable --now "$1.service" >/dev/null 2>&1 || true
	elif [ -x "/etc/init.d/$1" ]; then
		as_root "/etc/init.d/$1" stop >/dev/null 2>&1 || true
		as_root update-rc.d "$1" disable >/dev/null 2>&1 || true
	fi
}

# --- the work ---------------------------------------------------------------------------------

missing() { # PURPOSE
	local need
	for need in $(needs "$1"); do
		present "$need" || echo "$need"
	done
}

main() {
	local purpose=$1 absent need m names packages=()
	needs "$purpose" >/dev/null
	check_go
	absent=$(missing "$purpose")
	[ -n "$absent" ] || return 0

	for need in $absent; do
		say "make $purpose needs $(why "$need"): missing"
	done
	m=$(manager)
	[ -n "$m" ] || die "no package manager known here (apt-get, dnf, pacman, brew): install what is missing, then try again"
	if [ "$m" = brew ] && ! present cc; then
		die "a C compiler comes with Apple's command line tools: run 'xcode-select --install', then try again"
	fi
	for need in $absent; do
		read -r -a names <<<"$(package "$m" "$need")"
		packages+=("${names[@]}")
	done
	install_packages "$m" "${packages[@]}"

	absent=$(missing "$purpose")
	[ -z "$absent" ] || die "still missing after the installation: $absent"
}

[ $# = 1 ] || die "usage: scripts/setup.sh go|run|test|lab|lint|package"
main "$1"
