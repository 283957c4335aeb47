#!/bin/sh
# Prints the boot list (sim/archive.h) of a build: boot_list.sh BUILD_FOLDER SOURCE_FOLDER BUSYBOX
set -eu
build=$1
source=$2
busybox=$3
echo "file boot/libsys 0555 $build/libsys.bin"
for server in root init ramfs console pipe dev; do
    echo "file sbin/$server 0555 $build/servers/$server"
done
for folder in tmp dev proc port root; do
    echo "dir $folder 0755"
done
for file in "$source"/sim/image/etc/*; do
    echo "file etc/$(basename "$file") 0444 $file"
done
echo "file bin/busybox 0755 $busybox"
"$busybox" --list-full | while read -r path; do
    case $path in
    bin/busybox | sbin/init | linuxrc) ;;
    *) echo "link $path /bin/busybox" ;;
    esac
done
