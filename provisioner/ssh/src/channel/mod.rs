//! One channel: its bytes in both directions, each direction with a buffer of its own.
//!
//! russh hands the data of all channels of a connection out one after another and waits for each
//! to be taken, and it grants the host new window as soon as data arrives. So a pump per channel
//! takes everything at once into a buffer; only when that is full does a slow reader hold the
//! connection up, and one that takes nothing at all for a while loses its channel.

mod ends;
mod input;
mod output;
mod pump;
mod shared;
mod tunnel;

pub(crate) use ends::open;
pub use input::Input;
pub use output::Output;
pub(crate) use pump::Ending;
pub(crate) use shared::Keep;
pub use tunnel::Tunnel;
