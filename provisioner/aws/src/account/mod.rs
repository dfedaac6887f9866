//! What exists in the account: read once, in as few calls as possible.

mod lost_tags;
mod read;
mod state;

pub(crate) use read::read;
pub(crate) use state::Account;
