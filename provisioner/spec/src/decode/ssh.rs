use super::cursor::Cursor;
use crate::{
    diagnostic::Fault,
    model::{Bastion, SecretSource, Ssh},
    syntax,
};
use camino::Utf8PathBuf;

/// Reads how to reach a host; what is not said here is as in `base`.
pub(super) fn ssh(at: &Cursor<'_>, base: &Ssh) -> Ssh {
    let base = base.clone();
    at.map(|fields| {
        let sudo = fields.optional("sudo", Cursor::boolean).unwrap_or(base.sudo);
        let base_password = base.sudo_password.filter(|_| sudo);
        Ssh {
            user: fields.optional("user", user).or(base.user),
            port: fields.optional("port", port).or(base.port),
            private_key: fields.optional("privateKey", path).or(base.private_key),
            passphrase: fields.optional("passphrase", secret).or(base.passphrase),
            password: fields.optional("password", secret).or(base.password),
            sudo,
            sudo_password: fields.optional("sudoPassword", secret).or(base_password),
            bastion: fields.optional("bastion", |at| Some(Box::new(bastion(at)))).or(base.bastion),
        }
    })
}

fn bastion(at: &Cursor<'_>) -> Bastion {
    at.map(|fields| Bastion {
        address: fields
            .required("address", |at| at.valid("invalid-name", "address", syntax::ssh_address))
            .unwrap_or_default(),
        user: fields.optional("user", user),
        port: fields.optional("port", port),
        private_key: fields.optional("privateKey", path),
        passphrase: fields.optional("passphrase", secret),
        password: fields.optional("password", secret),
        bastion: fields.optional("bastion", |at| Some(Box::new(bastion(at)))),
    })
}

fn user(at: &Cursor<'_>) -> Option<String> {
    at.valid("invalid-user", "user name", syntax::user)
}

pub(super) fn port(at: &Cursor<'_>) -> Option<u16> {
    at.integer(1..=65535).and_then(|port| u16::try_from(port).ok())
}

fn path(at: &Cursor<'_>) -> Option<Utf8PathBuf> {
    if at.begins_with("-----BEGIN") {
        at.hide();
        let message = format!("`{}` must not hold the key itself", at.path());
        at.fault_at_key(
            Fault::new("secret-in-spec", message, "this must name a file")
                .hint("put the key into a file that only you can read, and name it here"),
        );
        return None;
    }
    at.valid("invalid-path", "path", syntax::path)
}

/// Reads where a secret is. A secret itself is refused, and not shown.
pub(super) fn secret(at: &Cursor<'_>) -> Option<SecretSource> {
    if !at.is_map() {
        at.hide();
        let message = format!("`{}` must not hold the secret itself", at.path());
        at.fault_at_key(
            Fault::new("secret-in-spec", message, "this must say where the secret is")
                .hint("write `{env: NAME}` or `{file: PATH}`"),
        );
        return None;
    }
    at.map(|fields| {
        let env = fields.optional("env", |at| {
            at.valid(
                "invalid-name",
                "name of an environment variable",
                syntax::environment_variable,
            )
            .map(SecretSource::Env)
        });
        let file = fields.optional("file", |at| path(at).map(SecretSource::File));
        if fields.has("env") == fields.has("file") {
            let message = format!("`{}` needs one of `env` and `file`", at.path());
            let reason = if fields.has("env") { "this has both" } else { "this has neither" };
            at.fault_at_key(Fault::new("secret-source", message, reason));
        }
        env.or(file)
    })
}
