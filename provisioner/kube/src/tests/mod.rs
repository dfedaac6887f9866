mod fetching_helm;
mod order;
mod pinned;
mod pruning;
mod rendering;
mod schemas;
mod specs;
mod upstream_charts;
