//! The playbooks are embedded: whatever changes among them makes this crate anew.

fn main() {
    println!("cargo:rerun-if-changed=../../playbooks");
}
