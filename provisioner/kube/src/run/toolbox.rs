use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use camino::Utf8PathBuf;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::KubeError;
use crate::addon::Assets;
use crate::api::{Claim, Cluster, Contested, Entrance, Forward, Lock, forwarded};
use crate::chart::{ChartStore, Helm, HelmStore};

/// What addons are installed with: the cluster's API, helm, and charts. Each is made when it is first
/// needed.
pub struct Toolbox {
    entrance: Arc<dyn Entrance>,
    pub(crate) charts: ChartStore,
    pub(crate) assets: Assets,
    helm: HelmStore,
    program: OnceCell<Utf8PathBuf>,
    cluster: OnceCell<Cluster>,
    tunnel: OnceCell<(Forward, Helm)>,
    lock: Mutex<Option<Lock>>,
    scratch: TempDir,
}

/// Who hears of what is worth telling.
pub(crate) type Tell<'a> = &'a (dyn Fn(String) + Send + Sync);

impl std::fmt::Debug for Toolbox {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Toolbox").finish_non_exhaustive()
    }
}

impl Toolbox {
    /// # Errors
    /// No private folder can be made on this machine.
    pub fn new(
        entrance: Arc<dyn Entrance>,
        charts: ChartStore,
        assets: Assets,
        helm: HelmStore,
    ) -> Result<Self, KubeError> {
        let scratch = TempDir::with_prefix("provisioner-")
            .map_err(|source| KubeError::Write { path: "a temporary folder".into(), source })?;
        Ok(Self {
            entrance,
            charts,
            assets,
            helm,
            program: OnceCell::new(),
            cluster: OnceCell::new(),
            tunnel: OnceCell::new(),
            lock: Mutex::default(),
            scratch,
        })
    }

    pub(crate) async fn cluster(&self) -> Result<&Cluster, KubeError> {
        self.cluster.get_or_try_init(|| Cluster::connect(Arc::clone(&self.entrance))).await
    }

    /// helm, for what needs no cluster; `tell` hears where it comes from, if it was not at hand.
    pub(crate) async fn offline_helm(&self, tell: Tell<'_>) -> Result<Helm, KubeError> {
        Ok(Helm::offline(self.helm_program(tell).await?))
    }

    /// The same with the cluster behind a port of this machine.
    pub(crate) async fn helm(&self, tell: Tell<'_>) -> Result<&Helm, KubeError> {
        let (_, helm) = self.tunnel.get_or_try_init(|| self.open_tunnel(tell)).await?;
        Ok(helm)
    }

    /// No other run changes the cluster's addons from here on. `tell` hears whom is waited for.
    pub(crate) async fn lock(
        &self,
        claim: &Claim,
        contested: Contested,
        tell: impl Fn(String),
    ) -> Result<(), KubeError> {
        let lock = Lock::take(self.cluster().await?, claim, contested, tell).await?;
        *self.held() = Some(lock);
        Ok(())
    }

    /// Which other run has taken the lock over, if one has.
    pub(crate) fn lock_taken_by(&self) -> Option<String> {
        self.held().as_ref().and_then(Lock::taken_by)
    }

    /// The end of a run: others may change the cluster's addons.
    pub async fn release(&self) {
        let lock = self.held().take();
        if let Some(lock) = lock {
            lock.release().await;
        }
    }

    fn held(&self) -> MutexGuard<'_, Option<Lock>> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A folder that only we can read, for as long as the run lasts.
    pub(crate) fn scratch(&self) -> &camino::Utf8Path {
        camino::Utf8Path::from_path(self.scratch.path()).unwrap_or_else(|| "/nonexistent".into())
    }

    async fn open_tunnel(&self, tell: Tell<'_>) -> Result<(Forward, Helm), KubeError> {
        let program = self.helm_program(tell).await?;
        let cluster = self.cluster().await?;
        let forward = Forward::to_api(Arc::clone(&self.entrance)).await?;
        let text = forwarded(&cluster.kubeconfig, forward.port())?;
        let path = self.scratch().join("kubeconfig");
        private_file(&path, &text)?;
        Ok((forward, Helm::for_cluster(program, path)))
    }

    async fn helm_program(&self, tell: Tell<'_>) -> Result<Utf8PathBuf, KubeError> {
        let locate = async || {
            let located = self.helm.locate().await?;
            if let Some(news) = located.news {
                tell(news);
            }
            Ok(located.path)
        };
        self.program.get_or_try_init(locate).await.cloned()
    }
}

fn private_file(path: &camino::Utf8Path, text: &secrecy::SecretString) -> Result<(), KubeError> {
    use secrecy::ExposeSecret as _;
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let failed = |source| KubeError::Write { path: path.to_owned(), source };
    let mut options = std::fs::OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(path);
    file.map_err(failed)?.write_all(text.expose_secret().as_bytes()).map_err(failed)
}
