/// The full name of an image, as containerd writes it: "busybox" is
/// "docker.io/library/busybox:latest" (distribution/reference, "familiar names").
pub fn normalize_reference(reference: &str) -> String {
    let (first, rest) = reference.split_once('/').unwrap_or(("", reference));
    let has_registry = first.contains(['.', ':']) || first == "localhost";
    let mut full = match (has_registry, first) {
        (true, _) => reference.to_owned(),
        (false, "") => format!("docker.io/library/{rest}"),
        (false, _) => format!("docker.io/{reference}"),
    };
    let name = full.rsplit('/').next().unwrap_or_default();
    if !name.contains([':', '@']) {
        full.push_str(":latest");
    }
    full
}
