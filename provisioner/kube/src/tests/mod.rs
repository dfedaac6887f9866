mod order;
mod rendering;
mod specs;
