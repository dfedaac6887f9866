use tracing_subscriber::EnvFilter;

/// What the rooms log for those who look for a fault in them: with `-vv`, on standard error.
pub(crate) fn start(verbose: u8, color: bool) {
    let filter = match verbose {
        0 | 1 => return,
        2 => {
            "provisioner_ssh=debug,provisioner_hosts=debug,provisioner_engine=debug,\
              provisioner_lab=debug"
        }
        _ => "trace",
    };
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_ansi(color)
        .init();
}
