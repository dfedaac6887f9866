mod catalogue;
mod exceptions;
mod namespaces;
mod provoked;
mod recipes;
pub(super) mod world;
