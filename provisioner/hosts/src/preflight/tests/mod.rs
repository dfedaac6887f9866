mod catalogue;
mod exceptions;
mod provoked;
pub(super) mod world;
