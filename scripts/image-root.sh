#!/bin/sh
# Assembles the root of the image: the program, Node.js and the libraries that it is linked with.
#   sh image-root.sh DIRECTORY, in the folder of dist and LICENSE
set -eu

root=$1
node=/usr/local/bin/node
program=/usr/local/bin/huaweicloud-backup-exporter

# The Debian package of a library. If /lib is a symbolic link, dpkg may know the file by either of its paths.
package_of() {
  dpkg-query --search "$1" "/usr$1" "$(readlink -f "$1")" 2>/dev/null | sed -n '1s/[:,].*//p'
}

mkdir -p "$root/app" "$root/etc" "$root/usr/local/bin" "$root/var/lib/dpkg/status.d"
cp -R dist/. LICENSE "$root/app/"
cp "$node" "$root$node"
# There is no /usr/bin/env.
sed -i "1s|.*|#!$node|" "$root/app/main.js"
ln -s /app/main.js "$root$program"

for library in $(ldd "$node" | grep -o '/[^ ]*'); do
  mkdir -p "$root$(dirname "$library")"
  cp --dereference "$library" "$root$library"
  package=$(package_of "$library")
  # The files for scanners, and the license.
  dpkg-query --status "$package" >"$root/var/lib/dpkg/status.d/$package"
  mkdir -p "$root/usr/share/doc/$package"
  cp "/usr/share/doc/$package/copyright" "$root/usr/share/doc/$package/"
done
cp --dereference /etc/os-release "$root/etc/"

echo 'exporter:x:65532:65532::/:/sbin/nologin' >"$root/etc/passwd"
echo 'exporter:x:65532:' >"$root/etc/group"
# /etc/hosts takes precedence over DNS.
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
