//! What can be wrong with hosts before anything is done to them.
