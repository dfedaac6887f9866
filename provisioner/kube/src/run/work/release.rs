use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use provisioner_engine::{State, StepEnd};
use tokio::time::sleep;

use super::wait::reasons;
use super::{Work, changed};
use crate::KubeError;
use crate::api::{Cluster, Reference};
use crate::chart::{Release, Standing};
use crate::ready::told_of;
use crate::run::action::ChartAt;

/// How often is looked at what helm waits for.
const GLANCE: Duration = Duration::from_secs(2);

impl Work<'_> {
    pub(super) async fn release(
        &self,
        index: usize,
        release: &Release,
        at: &ChartAt,
    ) -> Result<StepEnd, KubeError> {
        let cluster = self.cluster().await?;
        let helm = self.helm().await?;
        let chart = self.locate(at).await?;
        let standing = match release.standing(helm, cluster, &chart).await {
            // It may need kinds, or a namespace, that are not there before this is applied.
            Err(error @ KubeError::Helm { .. }) if self.checks() && self.changed => {
                let output = Some(error.to_string());
                return Ok(StepEnd { output, ..StepEnd::new(State::Unknown) });
            }
            standing => standing?,
        };
        let Standing::Differs(difference) = standing else { return Ok(StepEnd::new(State::Ok)) };
        if !self.checks() {
            let told = Mutex::default();
            let deployed = tokio::select! {
                deployed = release.deploy(helm, cluster, &chart) => deployed,
                never = self.tell(index, cluster, &difference.made, &told) => match never {},
            };
            deployed.map_err(|error| because(error, &told))?;
        }
        Ok(changed(difference.text))
    }

    /// helm says nothing while it waits for its hooks; what these wait for is told meanwhile.
    async fn tell(
        &self,
        index: usize,
        cluster: &Cluster,
        made: &[Reference],
        told: &Mutex<String>,
    ) -> Infallible {
        loop {
            sleep(GLANCE).await;
            let reason = reasons(&told_of(cluster, made).await);
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            if *told != reason && !reason.is_empty() {
                self.reporter.waiting(index, reason.clone());
            }
            *told = reason;
        }
    }
}

/// What helm says, and what was last waited for.
fn because(error: KubeError, told: &Mutex<String>) -> KubeError {
    let told = told.lock().unwrap_or_else(PoisonError::into_inner);
    match error {
        KubeError::Helm { action, said } if !told.is_empty() => {
            KubeError::Helm { action, said: format!("{said}; {told}") }
        }
        error => error,
    }
}
