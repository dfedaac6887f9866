# What every stage's script stands on. POSIX sh (dash, bash), coreutils, util-linux, awk.
# Sourced once by the root shell of a run; functions keep what they need in p_* variables.
#
# File descriptors: 3 = the channel to the control machine, 9 = the lock. Commands get neither.

p_state=/var/lib/provisioner
p_run_dir=/run/provisioner
p_bound=8192 # bytes of a command's output that are kept
p_newline='
'
umask 077
# sudo and sshd differ in what they give.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL DEBIAN_FRONTEND=noninteractive
exec 3>&1

# Text without starting a program for it.

# words WORD...: with one space between them, in p_words.
words() { p_words=$*; }

# replaced TEXT OLD NEW: with one character for another, in p_replaced.
replaced() {
    p_rest=$1 p_replaced=
    while :; do
        case $p_rest in
        *"$2"*) ;;
        *) break ;;
        esac
        p_replaced=$p_replaced${p_rest%%"$2"*}$3
        p_rest=${p_rest#*"$2"}
    done
    p_replaced=$p_replaced$p_rest
}
