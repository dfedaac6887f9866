mod catalogue;
mod exceptions;
mod provoked;
mod world;
