//! Whole runs against a stand-in for AWS are in `main.rs`.
