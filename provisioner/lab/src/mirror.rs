use crate::LabError;
use crate::command::run;

/// The release that the hosts run.
pub(crate) const RELEASE: &str = "bookworm";

/// The lines of a sources.list for the hosts, from the mirror that this machine itself uses.
pub(crate) async fn sources() -> Result<String, LabError> {
    let arguments = ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"];
    sources_from(&run("apt-get", &arguments).await?)
}

/// A Debian mirror's address ends in `/debian`, that of its security updates in `/debian-security`:
/// so say the mirrors' own rules (debian.org/mirror/ftpmirror), and apt's sources name no archive.
fn sources_from(repositories: &str) -> Result<String, LabError> {
    let ending = |end: &str| {
        let mut all = repositories.lines().map(|line| line.trim().trim_end_matches('/'));
        all.find(|uri| uri.ends_with(end)).map(str::to_owned)
    };
    let main = ending("/debian").ok_or(LabError::NoMirror)?;
    let security = ending("/debian-security").map(|uri| format!("{uri} {RELEASE}-security"));
    let suites = [format!("{main} {RELEASE}"), format!("{main} {RELEASE}-updates")];
    let lines = suites.into_iter().chain(security).map(|suite| format!("deb {suite} main\n"));
    Ok(lines.collect::<Vec<_>>().concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_repositories_are_passed_over() {
        let found = "https://packages.example/apt/\n\
                     http://mirror.example/debian/\n\
                     http://mirror.example/debian-security/\n\
                     http://mirror.example/debian/\n";
        insta::assert_snapshot!(sources_from(found).expect("sources"), @"
        deb http://mirror.example/debian bookworm main
        deb http://mirror.example/debian bookworm-updates main
        deb http://mirror.example/debian-security bookworm-security main
        ");
    }

    #[test]
    fn without_a_mirror_there_is_no_image() {
        assert!(matches!(
            sources_from("http://archive.example/ubuntu/\n"),
            Err(LabError::NoMirror)
        ));
    }
}
