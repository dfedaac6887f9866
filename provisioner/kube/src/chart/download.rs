use std::time::Duration;

use reqwest::Client;

use crate::error::with_causes;

/// Who does not answer for this long is not there.
const CONNECTING: Duration = Duration::from_secs(10);
/// A download of which nothing comes for this long has ended.
const SILENCE: Duration = Duration::from_secs(30);
/// What is fetched is smaller; whoever sends more sends something else.
const LARGEST: usize = 256 << 20;

/// What a URL has, or why it cannot be had. Proxies are those of the environment, as for helm itself.
pub(super) async fn download(url: &str) -> Result<Vec<u8>, String> {
    let failed = |error: reqwest::Error| with_causes(&error.without_url());
    let client = Client::builder().connect_timeout(CONNECTING).read_timeout(SILENCE);
    let client = client.build().map_err(failed)?;
    let mut response = client.get(url).send().await.map_err(failed)?;
    if !response.status().is_success() {
        return Err(response.status().to_string());
    }
    let mut data = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        data.extend_from_slice(&chunk);
        if data.len() > LARGEST {
            return Err(format!("it is larger than {} MiB", LARGEST >> 20));
        }
    }
    Ok(data)
}
