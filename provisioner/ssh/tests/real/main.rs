//! Connections to real SSH servers: OpenSSH's sshd, started by the tests on ports of their own.
//! They need root, openssh-server and openssh-client.

mod sshd;

mod login;
