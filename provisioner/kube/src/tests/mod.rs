mod fetching_helm;
mod order;
mod pruning;
mod rendering;
mod specs;
