
pub mod facts;
pub mod preflight;
