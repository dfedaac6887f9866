//! Bundles made of small made-up files: created, opened, verified, damaged.
#![allow(clippy::unwrap_used)]

mod creating;
mod images;
mod opening;
mod support;
mod verifying;
