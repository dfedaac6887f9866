# What every stage's script stands on. POSIX sh (dash, bash), coreutils, util-linux, awk.
# Sourced once by the root shell of a run; functions keep what they need in p_* variables.
#
# File descriptors: 3 = the channel to the control machine, 9 = the lock. Commands get neither.

p_state=/var/lib/provisioner
p_run_dir=/run/provisioner
p_bound=8192 # bytes of a command's output that are kept
umask 077
# sudo and sshd differ in what they give.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL DEBIAN_FRONTEND=noninteractive
exec 3>&1
