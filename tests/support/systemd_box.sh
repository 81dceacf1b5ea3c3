#!/bin/bash
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 The roomd authors
#
# systemd_box.sh FOLDER: becomes a systemd of its own, on an overlay of this machine's files. systemd_box.py
# runs it as process 1 of new namespaces; without them it would damage this machine, so it checks first.
# Exits with 125 if the kernel does not allow what it needs.
set -eu
[ $$ -eq 1 ] || { echo "systemd_box.sh: to be run by systemd_box.py" >&2; exit 64; }
trap 'exit 125' ERR
folder=$1

# ---- a root of its own: writes go to memory, and are lost at the end ----
mount --make-rprivate /
mount -t tmpfs -o mode=0755 tmpfs "$folder"
mkdir "$folder/upper" "$folder/work" "$folder/root"
mount -t overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" overlay "$folder/root"
root=$folder/root

# ---- only our own parts of the kernel: otherwise systemd's settings would be those of the whole machine ----
mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=0755,nosuid tmpfs "$root/dev"
for device in null zero full random urandom tty; do
  cp -a "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for place in run tmp var/tmp; do
  mount -t tmpfs -o mode=1777 tmpfs "$root/$place"
done
chmod 0755 "$root/run"
mkdir "$root/run/written" # what differs from this machine
mount --bind "$folder/upper" "$root/run/written"
mkdir "$root/tmp/before"
cd "$root"
pivot_root . tmp/before
umount -l /tmp/before
rmdir /tmp/before

# ---- only the journal is started, and what a test asks for ----
rm -rf /etc/fstab /lib/systemd/system-generators /usr/lib/systemd/system-generators /etc/systemd/system/*.wants /etc/systemd/system/*.requires \
  /lib/systemd/system/*.wants /usr/lib/systemd/system/*.wants /usr/sbin/policy-rc.d /etc/dpkg/dpkg.cfg.d
mkdir -p /etc/systemd/journald.conf.d /etc/systemd/system/multi-user.target.wants
printf '[Journal]\nStorage=volatile\nRateLimitBurst=0\nForwardToSyslog=no\n' >/etc/systemd/journald.conf.d/box.conf
printf '[Unit]\nDefaultDependencies=no\nWants=systemd-journald.service\nAfter=systemd-journald.service\nAllowIsolate=yes\n' \
  >/etc/systemd/system/box.target

export container=roomd-test
exec /lib/systemd/systemd --system --unit=box.target --log-target=journal --show-status=0
