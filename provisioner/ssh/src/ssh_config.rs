//! What a user has written in `~/.ssh/config` (ssh_config(5)). No I/O.
