//! The lock on the addons of a cluster: a `Lease` beside the records of what is installed. A run renews
//! it for as long as it lives.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use k8s_openapi::jiff::Timestamp;
use kube::Error;
use kube::api::{Api, DeleteParams, ObjectMeta, PostParams, Preconditions};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::cluster::{FIELD_MANAGER, told};
use super::inventory::NAMESPACE;
use super::{Claim, Cluster, Reference};
use crate::KubeError;

const NAME: &str = "provisioner-addons";
/// The run's name alone, for the machine that has a record of it.
const RUN: &str = "provisioner.dev/run";
/// It is renewed this many times before it would run out.
const RENEWALS: u32 = 4;
/// How often is looked whether the holder of a lock is alive.
const LOOKS: u32 = 40;
/// How long the end of a run may take for the lock.
const FAREWELL: Duration = Duration::from_secs(5);

/// What is done about a lock that another run holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contested {
    /// A run that lives keeps it.
    Respect,
    TakeOver,
}

/// The lock, held.
#[derive(Debug)]
pub(crate) struct Lock {
    leases: Api<Lease>,
    claim: Claim,
    renewal: JoinHandle<()>,
    taken_by: Arc<Mutex<Option<String>>>,
}

impl Lock {
    /// Takes the lock. Whether its holder lives is seen by its being renewed, so that clocks need not
    /// agree: one that is not renewed for as long as it lasts is taken over. `tell` hears whom is
    /// waited for.
    ///
    /// # Errors
    /// [`KubeError::LockHeld`], or the API server cannot be asked.
    pub(crate) async fn take(
        cluster: &Cluster,
        claim: &Claim,
        contested: Contested,
        tell: impl Fn(String),
    ) -> Result<Self, KubeError> {
        let leases: Api<Lease> = Api::namespaced(cluster.client(), NAMESPACE);
        let mut seen: Option<(Beat, Instant)> = None;
        loop {
            let found = cluster.within(leases.get_opt(NAME)).await.map_err(refused)?;
            let Some(lease) = found else {
                if settled(cluster.within(leases.create(&POST, &new(claim))).await)? {
                    break;
                }
                continue;
            };
            let beat = Beat::of(&lease);
            let is_over = contested == Contested::TakeOver
                || claim.knows_the_end_of(run(&lease))
                || seen.as_ref().is_some_and(|(before, since)| {
                    *before == beat && since.elapsed() >= lasts(&lease)
                });
            if is_over || run(&lease) == claim.run.as_str() {
                let ours = taken(&lease, claim);
                if settled(cluster.within(leases.replace(NAME, &POST, &ours)).await)? {
                    break;
                }
                continue;
            }
            match &seen {
                Some((before, _)) if *before != beat => {
                    return Err(KubeError::LockHeld { by: by(&lease) });
                }
                Some(_) => {}
                None => {
                    tell(format!("another run may still be at work: {}", by(&lease)));
                    seen = Some((beat, Instant::now()));
                }
            }
            sleep(lasts(&lease) / LOOKS).await;
        }
        let taken_by = Arc::default();
        let renewing = renewing(leases.clone(), claim.clone(), Arc::clone(&taken_by));
        let renewal = tokio::spawn(renewing);
        Ok(Self { leases, claim: claim.clone(), renewal, taken_by })
    }

    /// Who has taken it over, if somebody has.
    pub(crate) fn taken_by(&self) -> Option<String> {
        self.taken_by.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Gives it up. Where that cannot be said, it runs out.
    pub(crate) async fn release(self) {
        self.renewal.abort();
        let _ = timeout(FAREWELL, async {
            // The last renewal may come in between.
            while let Ok(Some(lease)) = self.leases.get_opt(NAME).await
                && run(&lease) == self.claim.run.as_str()
                && is_conflict(&self.leases.delete(NAME, &only(&lease)).await)
            {}
        })
        .await;
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

const POST: PostParams = PostParams { dry_run: false, field_manager: None };

/// What changes with every renewal.
#[derive(Debug, PartialEq, Eq)]
struct Beat {
    run: String,
    renewed: Option<Timestamp>,
}

impl Beat {
    fn of(lease: &Lease) -> Self {
        let renewed = spec(lease).and_then(|spec| spec.renew_time.as_ref());
        Self { run: run(lease).to_owned(), renewed: renewed.map(|time| time.0) }
    }
}

async fn renewing(leases: Api<Lease>, claim: Claim, taken_by: Arc<Mutex<Option<String>>>) {
    loop {
        sleep(claim.lasts / RENEWALS).await;
        // An API server that does not answer now may do so at the next time.
        if let Ok(Ok(Some(other))) = timeout(claim.lasts, renew(&leases, &claim)).await {
            *taken_by.lock().unwrap_or_else(PoisonError::into_inner) = Some(other);
            return;
        }
    }
}

/// Returns who has taken the lock over, if somebody has.
async fn renew(leases: &Api<Lease>, claim: &Claim) -> Result<Option<String>, Error> {
    let Some(mut lease) = leases.get_opt(NAME).await? else {
        return leases.create(&POST, &new(claim)).await.map(|_| None);
    };
    if run(&lease) != claim.run.as_str() {
        return Ok(Some(by(&lease)));
    }
    if let Some(spec) = &mut lease.spec {
        spec.renew_time = Some(MicroTime(Timestamp::now()));
    }
    leases.replace(NAME, &POST, &lease).await.map(|_| None)
}

fn new(claim: &Claim) -> Lease {
    let now = MicroTime(Timestamp::now());
    let text = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
    Lease {
        metadata: ObjectMeta {
            name: Some(NAME.to_owned()),
            namespace: Some(NAMESPACE.to_owned()),
            labels: Some([text(("app.kubernetes.io/managed-by", FIELD_MANAGER))].into()),
            annotations: Some([text((RUN, claim.run.as_str()))].into()),
            ..ObjectMeta::default()
        },
        spec: Some(LeaseSpec {
            holder_identity: Some(claim.identity()),
            lease_duration_seconds: claim.lasts.as_secs().try_into().ok(),
            acquire_time: Some(now.clone()),
            renew_time: Some(now),
            ..LeaseSpec::default()
        }),
    }
}

/// Another's lease as ours; the API server refuses it where it has changed since.
fn taken(lease: &Lease, claim: &Claim) -> Lease {
    let mut ours = new(claim);
    ours.metadata.resource_version.clone_from(&lease.metadata.resource_version);
    let transitions = spec(lease).and_then(|spec| spec.lease_transitions).unwrap_or_default();
    if let Some(spec) = &mut ours.spec {
        spec.lease_transitions = Some(transitions + 1);
    }
    ours
}

/// Only this very lease.
fn only(lease: &Lease) -> DeleteParams {
    DeleteParams::default().preconditions(Preconditions {
        uid: lease.metadata.uid.clone(),
        resource_version: lease.metadata.resource_version.clone(),
    })
}

fn spec(lease: &Lease) -> Option<&LeaseSpec> {
    lease.spec.as_ref()
}

fn run(lease: &Lease) -> &str {
    let annotations = lease.metadata.annotations.as_ref();
    annotations.and_then(|annotations| annotations.get(RUN)).map_or("", String::as_str)
}

fn lasts(lease: &Lease) -> Duration {
    let seconds = spec(lease).and_then(|spec| spec.lease_duration_seconds);
    let seconds = seconds.and_then(|seconds| seconds.try_into().ok());
    seconds.map_or(Claim::LASTS, Duration::from_secs)
}

/// Who holds it, and since when.
fn by(lease: &Lease) -> String {
    let holder = spec(lease).and_then(|spec| spec.holder_identity.as_deref());
    let since = spec(lease).and_then(|spec| spec.acquire_time.as_ref());
    let since = since.map(|time| format!(", since {}", time.0.strftime("%Y-%m-%d %H:%M:%S UTC")));
    format!("{}{}", holder.unwrap_or("somebody"), since.unwrap_or_default())
}

/// False: another run was faster, so that it is to be looked again.
fn settled(answer: Result<Lease, Error>) -> Result<bool, KubeError> {
    match answer {
        Ok(_) => Ok(true),
        answer if is_conflict(&answer) => Ok(false),
        Err(error) => Err(refused(error)),
    }
}

fn is_conflict<T>(answer: &Result<T, Error>) -> bool {
    // 404: it was released before it could be replaced.
    matches!(answer, Err(Error::Api(status)) if [404, 409].contains(&status.code))
}

fn refused(error: Error) -> KubeError {
    let of = Reference::new("coordination.k8s.io/v1", "Lease", Some(NAMESPACE), NAME);
    told(error, "take", &of)
}
