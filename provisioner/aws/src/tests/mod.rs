//! What needs no account to be seen.

mod graph;
