#!/bin/sh
# Prints the boot list (archive.h) of a build: boot_list.sh BUILD_FOLDER SOURCE_FOLDER BUSYBOX [HOST_BUSYBOX]
# HOST_BUSYBOX: one of the same kind that runs here and tells its commands, if BUSYBOX is another machine's.
set -eu
build=$1
source=$2
busybox=$3
host_busybox=${4:-$busybox}
echo "file boot/libsys 0555 $build/libsys.bin"
for server in root init ramfs console pipe dev serial entropy virtio_console; do
    echo "file sbin/$server 0555 $build/servers/$server"
done
for folder in tmp dev proc port root; do
    echo "dir $folder 0755"
done
for file in "$source"/sim/image/etc/*; do
    echo "file etc/$(basename "$file") 0444 $file"
done
echo "file bin/busybox 0755 $busybox"
"$host_busybox" --list-full | while read -r path; do
    case $path in
    bin/busybox | sbin/init | linuxrc) ;;
    *) echo "link $path /bin/busybox" ;;
    esac
done
