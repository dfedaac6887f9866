use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};

use super::Toolbox;
use crate::KubeError;
use crate::addon::{Door, Library, Selection};
use crate::api::{Forward, Stream};

/// A way to a web page in the cluster, for as long as this lives.
#[derive(Debug)]
pub struct Opened {
    pub url: String,
    /// Valid for an hour.
    pub token: Option<SecretString>,
    pub user: Option<String>,
    pub password: Option<SecretString>,
    _forward: Forward,
}

/// Opens a door of an addon: a port of this machine's loopback, behind which its pods are.
///
/// # Errors
/// No enabled addon has it, or nobody is behind it.
pub async fn open(
    toolbox: Arc<Toolbox>,
    library: &Library,
    selection: &Selection,
    name: &str,
) -> Result<Opened, KubeError> {
    let door = find(library, selection, name)?.clone();
    let cluster = toolbox.cluster().await?;
    let token = match &door.service_account {
        Some(account) => Some(cluster.token(&door.namespace, account).await?),
        None => None,
    };
    let (mut user, mut password) = (None, None);
    if let Some(login) = &door.login {
        let mut secret = cluster.secret(&door.namespace, &login.secret).await?;
        if let (true, Some(other)) = (secret.is_empty(), &login.or_secret) {
            secret = cluster.secret(&door.namespace, other).await?;
        }
        let value = |key: &String| secret.get(key).cloned();
        let kept = login.user_key.as_ref().and_then(value);
        user = login.user.clone().or(kept.map(|user| user.expose_secret().to_owned()));
        password = value(&login.password_key);
    }
    // Whether anybody is there is seen now, not when a browser asks.
    drop(cluster.stream_to(&door.namespace, &door.service, door.port).await?);
    let scheme = if door.https { "https" } else { "http" };
    let path = door.path.clone();
    let forward = Forward::start(move || dial(Arc::clone(&toolbox), door.clone())).await?;
    let url = format!("{scheme}://127.0.0.1:{}{path}", forward.port());
    Ok(Opened { url, token, user, password, _forward: forward })
}

/// What can be opened in a cluster with these addons.
pub fn doors(library: &Library, selection: &Selection) -> Vec<String> {
    let enabled = library.iter().filter(|addon| selection.contains(&addon.name));
    enabled.flat_map(|addon| addon.open.keys().cloned()).collect()
}

async fn dial(toolbox: Arc<Toolbox>, door: Door) -> Option<Box<dyn Stream>> {
    let cluster = toolbox.cluster().await.ok()?;
    cluster.stream_to(&door.namespace, &door.service, door.port).await.ok()
}

fn find<'a>(
    library: &'a Library,
    selection: &Selection,
    name: &str,
) -> Result<&'a Door, KubeError> {
    let mut enabled = library.iter().filter(|addon| selection.contains(&addon.name));
    let found = enabled.find_map(|addon| addon.open.get(name));
    found.ok_or_else(|| KubeError::NoDoor {
        name: name.to_owned(),
        known: doors(library, selection),
    })
}
