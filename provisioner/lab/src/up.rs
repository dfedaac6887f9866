use std::time::Instant;

use fs_err as fs;
use futures::future::try_join_all;

use crate::lock::Lock;
use crate::record::Record;
use crate::{
    Lab, LabDefinition, LabError, LabEvent, LabHost, LabStatus, Paths, System, controllers,
    hierarchy, host, image, init, keys, network, ready, requirements, status, storage,
};

/// Makes a lab, or completes the one that there is: whatever is missing of it, be it that hosts were
/// added, switched off or killed, is put right; hosts that run are left alone.
///
/// # Errors
/// When something that a lab needs is missing, the definition is not one of a lab, its network is in
/// use, or a host does not come up.
pub async fn up<P>(
    definition: &LabDefinition,
    paths: &Paths,
    progress: P,
) -> Result<LabStatus, LabError>
where
    P: Fn(LabEvent) + Send + Sync,
{
    definition.check()?;
    requirements::check()?;
    hierarchy::hierarchies()?;
    let _lock = Lock::take(paths).await?;
    let before = Record::read(paths, &definition.name).ok().flatten();
    check_change(before.as_ref(), definition)?;
    ensure_image(paths, definition.system, &progress).await?;

    let record = new_record(paths, before.as_ref(), definition)?;
    let lab = Lab { paths: paths.clone(), record };
    write_folders(&lab)?;
    network::ensure(definition).await?;
    progress(LabEvent::NetworkReady { bridge: crate::names::bridge(&definition.name) });
    storage::ensure_disks(paths, &definition.name).await?;
    keys::authorized_keys(paths, definition).await?;
    if let Some(before) = before {
        remove_former(&lab, &before, &progress).await?;
    }
    try_join_all(definition.hosts.iter().map(|host| host::prepare(&lab, host))).await?;
    keys::write_known_hosts(paths, definition).await?;
    try_join_all(definition.hosts.iter().map(|host| start(&lab, host, &progress))).await?;
    status::of(&lab).await
}

fn check_change(before: Option<&Record>, definition: &LabDefinition) -> Result<(), LabError> {
    let Some(before) = before else { return Ok(()) };
    let (name, system) = (definition.name.clone(), before.definition.system);
    if system != definition.system {
        return Err(LabError::SystemChanged { name, before: system, after: definition.system });
    }
    let (before, after) = (before.definition.network()?, definition.network()?);
    if before == after {
        return Ok(());
    }
    Err(LabError::NetworkChanged { name, before, after })
}

async fn ensure_image(
    paths: &Paths,
    system: System,
    progress: &(impl Fn(LabEvent) + Sync),
) -> Result<(), LabError> {
    let digest = image::digest(system);
    if paths.image(&digest).exists() {
        return Ok(());
    }
    progress(LabEvent::ImageStarted);
    let start = Instant::now();
    image::build(paths, system).await?;
    let in_use = Record::all(paths)?.into_iter().map(|record| record.image);
    let current = System::ALL.map(image::digest);
    image::remove_except(paths, &in_use.chain(current).collect::<Vec<_>>())?;
    progress(LabEvent::ImageReady { seconds: start.elapsed().as_secs_f64() });
    Ok(())
}

/// A lab keeps the image that it was made with.
fn new_record(
    paths: &Paths,
    before: Option<&Record>,
    definition: &LabDefinition,
) -> Result<Record, LabError> {
    let definition = definition.clone();
    if let Some(before) = before.filter(|before| paths.image(&before.image).exists()) {
        return Ok(Record { definition, ..before.clone() });
    }
    let others = Record::others(paths, &definition.name)?;
    let (forwarding_before, controllers_before) = match others.first() {
        Some(other) => (other.forwarding_before, other.controllers_before.clone()),
        None => (network::forwards()?, controllers::of_root()?),
    };
    let image = image::digest(definition.system);
    Ok(Record { definition, image, forwarding_before, controllers_before })
}

/// The record comes before anything that it records.
fn write_folders(lab: &Lab) -> Result<(), LabError> {
    let folder = lab.paths.lab(lab.name());
    for part in ["logs", "keepers"] {
        fs::create_dir_all(folder.join(part))?;
    }
    lab.record.write(&lab.paths)
}

/// Removes the hosts that are no longer defined, or have another address now.
async fn remove_former(
    lab: &Lab,
    before: &Record,
    progress: &(impl Fn(LabEvent) + Sync),
) -> Result<(), LabError> {
    let former =
        before.definition.hosts.iter().filter(|host| !lab.definition().hosts.contains(host));
    try_join_all(former.map(|host| async {
        host::remove(lab, host).await?;
        progress(LabEvent::HostRemoved { host: host.name.clone() });
        Ok(())
    }))
    .await
    .map(|_| ())
}

async fn start(
    lab: &Lab,
    host: &LabHost,
    progress: &(impl Fn(LabEvent) + Sync),
) -> Result<(), LabError> {
    let name = || host.name.clone();
    if init::init_process(lab.name(), &host.name)?.is_some() && ready::answers(host).await {
        progress(LabEvent::HostUnchanged { host: name() });
        return Ok(());
    }
    let start = Instant::now();
    progress(LabEvent::HostStarted { host: name() });
    host::switch_on(lab, host).await?;
    progress(LabEvent::HostReady { host: name(), seconds: start.elapsed().as_secs_f64() });
    Ok(())
}
