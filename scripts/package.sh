#!/usr/bin/env bash
# Makes dist/echopath-VERSION-linux-ARCH.tar.xz: the program, its entry for menus, its icon, and a Makefile that installs them; in
# server/ the program for servers, and a unit of systemd that has it host.
# FyneApp.toml says what they contain, the version too. Fyne's tool does the work, in a copy of the tree, since it rewrites that file.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

[ "$(go env GOOS)" = linux ] || {
	echo "package: packages are made for Linux, on Linux, only" >&2
	exit 1
}
version=$(awk -F '"' '/^Version *=/ { print $2; exit }' FyneApp.toml)
id=$(awk -F '"' '/^ID *=/ { print $2; exit }' FyneApp.toml)
name=echopath-$version-linux-$(go env GOARCH)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tree" "$work/pack"
go build -modfile=scripts/tools.mod -o "$work/fyne" fyne.io/tools/cmd/fyne
tar -c --exclude=./.git --exclude=./bin --exclude=./dist --exclude=./echopath-results . | tar -x -C "$work/tree"

# Where there is an archive of libvpx, it becomes a part of the program, which then needs no libvpx on the computer it is installed on.
tags=$TAGS
archive=$($(go env CC) -print-file-name=libvpx.a) # says the bare name if there is none
if [ -f "$archive" ]; then
	tags=$tags,vpxstatic
else
	echo "package: there is no libvpx.a here: the package will need the libvpx of this computer" >&2
fi

echo "building for $name: some minutes the first time" >&2
(
	cd "$work/tree"
	export GOFLAGS="${GOFLAGS:-} -buildvcs=false -ldflags=-X=main.version=$version"
	"$work/fyne" package --os linux --release --tags "$tags"
)

tar -xJf "$work"/tree/*.tar.xz -C "$work/pack" --strip-components=1

# Fyne's tool 1.7.2 writes a Makefile that installs an icon without ".png", which there is not.
sed -i "s/^Icon := \"$id\"\$/Icon := \"$id.png\"/" "$work/pack/Makefile"
cp LICENSE "$work/pack/"

# Servers have no OpenGL and no X: they get the program that needs neither.
mkdir "$work/pack/server"
CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags="-s -w -X=main.version=$version" -o "$work/pack/server/echopath-cli" ./cmd/echopath-cli
cp packaging/echopath-host.service packaging/echopath-host.default docs/hosting.md "$work/pack/server/"

# Look at the package as someone does who installs it.
make -s -C "$work/pack" install DESTDIR="$work/root" PREFIX=/usr
desktop-file-validate "$work/root/usr/share/applications/$id.desktop"
[ -s "$work/root/usr/share/pixmaps/$id.png" ]
for program in "$work/root/usr/bin/echopath" "$work/pack/server/echopath-cli"; do
	found=$("$program" version | sed -n 1p)
	case $found in
	*"$version"*) ;;
	*)
		echo "package: $program says '$found' of itself, FyneApp.toml says $version" >&2
		exit 1
		;;
	esac
done

if [ "$tags" != "$TAGS" ] && readelf -d "$work/root/usr/bin/echopath" | grep NEEDED | grep libvpx >&2; then
	echo "package: the program needs a libvpx, though $archive should have become a part of it" >&2
	exit 1
fi

mkdir -p dist
mv "$work/pack" "$work/$name"
tar -cJf "dist/$name.tar.xz" --sort=name --owner=0 --group=0 --numeric-owner -C "$work" "$name"
tar -tJf "dist/$name.tar.xz"
