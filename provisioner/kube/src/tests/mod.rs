mod order;
mod pruning;
mod rendering;
mod specs;
