use serde_json::Value;

use crate::KubeError;
use crate::api::Cluster;

/// What has happened to an object, the newest last.
pub(super) async fn events(
    cluster: &Cluster,
    namespace: &str,
    kind: &str,
    name: &str,
) -> Result<Vec<Value>, KubeError> {
    let fields = format!("involvedObject.kind={kind},involvedObject.name={name}");
    let mut events = cluster.list("v1", "Event", Some(namespace), "", &fields).await?;
    let time = |event: &Value| {
        let times =
            [&event["lastTimestamp"], &event["eventTime"], &event["metadata"]["creationTimestamp"]];
        times.iter().find_map(|time| time.as_str()).unwrap_or_default().to_owned()
    };
    events.sort_by_key(time);
    Ok(events)
}

/// What the newest of those says that count.
pub(super) fn newest(events: &[Value], counts: impl Fn(&Value) -> bool) -> Option<String> {
    let newest = events.iter().rev().find(|event| counts(event))?;
    Some(newest["message"].as_str()?.to_owned())
}
