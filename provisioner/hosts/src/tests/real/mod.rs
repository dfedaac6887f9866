//! Root shells and runs over OpenSSH's own server, started by the tests on ports of their own, each
//! in a mount namespace of its own: the program's folders of this machine are not touched. They need
//! root, openssh-server and openssh-client.

mod commands;
mod runs;
mod shells;
mod sshd;
mod transfers;
