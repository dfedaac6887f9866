use std::collections::BTreeSet;

use serde_json::Value;

use super::Manifest;

/// Every image that the containers of these objects use, wherever pods are described in them.
pub(crate) fn images_in(manifests: &[Manifest]) -> BTreeSet<String> {
    let mut images = BTreeSet::new();
    for Manifest(object) in manifests {
        collect(object, &mut images);
        // What operators make pods of names its image right in its spec.
        images.extend(object["spec"]["image"].as_str().map(str::to_owned));
    }
    // Istio puts in its own where this stands.
    images.remove("auto");
    images
}

fn collect(value: &Value, images: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for key in ["containers", "initContainers", "ephemeralContainers"] {
                let containers = map.get(key).and_then(Value::as_array);
                let named =
                    containers.into_iter().flatten().filter_map(|one| one["image"].as_str());
                images.extend(named.map(str::to_owned));
            }
            map.values().for_each(|inner| collect(inner, images));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, images)),
        _ => {}
    }
}
