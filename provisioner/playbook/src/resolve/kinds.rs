//! Each kind of step, from its written form to an [`Action`].

use serde_json::Value;

use super::At;
use crate::model::{
    CommandStep, DownloadStep, FileState, FileStep, ImageStep, LineStep, MountState, MountStep,
    Ownership, PackageStep, ServiceState, ServiceStep, SysctlStep, UndoStep, UnitStep, UserStep,
};
use crate::{Action, PlaybookError, Undo};

type Resolved = Result<Action, PlaybookError>;

impl At<'_> {
    /// The action of the one kind that the step has.
    pub(super) fn action(&self) -> Resolved {
        let step = self.definition;
        let mut found: Vec<Resolved> = Vec::new();
        found.extend(step.file.as_ref().map(|file| self.file(file)));
        found.extend(step.template.as_ref().map(|template| {
            self.placed(&template.dest, self.template_file(&template.src)?, &template.ownership)
        }));
        found.extend(step.directory.as_ref().map(|directory| {
            let (mode, owner, group) = self.ownership(&directory.ownership, "0755")?;
            Ok(Action::Directory { path: self.path(&directory.path)?, mode, owner, group })
        }));
        found.extend(step.link.as_ref().map(|link| {
            Ok(Action::Link { dest: self.path(&link.dest)?, target: self.text(&link.target)? })
        }));
        found.extend(step.line.as_ref().map(|line| self.line(line)));
        found.extend(step.package.as_ref().map(|package| self.package(package)));
        found.extend(step.repository.as_ref().map(|repository| {
            Ok(Action::Repository {
                name: self.text(&repository.name)?,
                url: self.text(&repository.url)?,
                suite: self.text(&repository.suite)?,
                key: self.text(&repository.key)?,
                exclude: self.texts(&repository.exclude)?,
            })
        }));
        found.extend(step.service.as_ref().map(|service| self.service(service)));
        found.extend(step.unit.as_ref().map(|unit| self.unit(unit)));
        found.extend(step.sysctl.as_ref().map(|sysctl| self.sysctl(sysctl)));
        found.extend(step.module.as_ref().map(|module| {
            Ok(Action::Module { file: self.path(&module.file)?, names: self.texts(&module.names)? })
        }));
        found.extend(step.mount.as_ref().map(|mount| self.mount(mount)));
        found.extend(step.user.as_ref().map(|user| self.user(user)));
        found.extend(step.download.as_ref().map(|download| self.download(download)));
        found.extend(step.image.as_ref().map(|image| self.image(image)));
        found.extend(step.command.as_ref().map(|command| self.command(command)));
        found.extend(step.query.as_ref().map(|query| {
            Ok(Action::Query { run: self.shell(&query.run)?, register: query.register.clone() })
        }));
        found.extend(step.wait.as_ref().map(|wait| {
            Ok(Action::Wait { until: self.shell(&wait.until)?, reason: self.shell(&wait.reason)? })
        }));
        found.extend(step.restore.map(|group| Ok(Action::Restore { group })));
        let count = found.len();
        match found.pop() {
            Some(action) if count == 1 => action,
            _ => Err(PlaybookError::Kind {
                path: self.resolver.path(),
                step: step.name.clone(),
                found: count,
            }),
        }
    }

    /// An absolute path. Tabs and newlines would break the ledger's lines.
    fn path(&self, template: &str) -> Result<String, PlaybookError> {
        let path = self.text(template)?;
        if !path.starts_with('/') || path.contains(char::is_control) {
            return Err(self.refuse(format!("{path:?} is no absolute path")));
        }
        Ok(path)
    }

    fn ownership(
        &self,
        ownership: &Ownership,
        mode: &str,
    ) -> Result<(String, String, String), PlaybookError> {
        let or = |value: &Option<String>, default: &str| {
            value.as_deref().map_or_else(|| Ok(default.to_owned()), |text| self.text(text))
        };
        let mode = or(&ownership.mode, mode)?;
        if mode.len() < 3 || !mode.chars().all(|digit| digit.is_digit(8)) {
            return Err(self.refuse(format!("mode {mode:?} is not octal digits such as \"0644\"")));
        }
        Ok((mode, or(&ownership.owner, "root")?, or(&ownership.group, "root")?))
    }

    fn placed(
        &self,
        dest: &str,
        content: crate::action::Content,
        ownership: &Ownership,
    ) -> Resolved {
        let (mode, owner, group) = self.ownership(ownership, "0644")?;
        Ok(Action::File { dest: self.path(dest)?, mode, owner, group, content })
    }

    fn file(&self, file: &FileStep) -> Resolved {
        match file.state {
            FileState::Present => {
                self.placed(&file.dest, self.content(&file.content)?, &file.ownership)
            }
            FileState::Absent => Ok(Action::Absent { path: self.path(&file.dest)? }),
        }
    }

    fn line(&self, line: &LineStep) -> Resolved {
        let path = self.path(&line.path)?;
        match (&line.line, &line.block, &line.marker) {
            (Some(line), None, None) => Ok(Action::Line { path, line: self.text(line)? }),
            (None, Some(block), Some(marker)) => Ok(Action::Block {
                path,
                marker: self.text(marker)?,
                text: self.text(block)?.trim_end_matches('\n').to_owned(),
            }),
            _ => Err(self.refuse("needs either `line`, or `block` and `marker`")),
        }
    }

    fn package(&self, package: &PackageStep) -> Resolved {
        let names = self.texts(&package.names)?;
        // They stand unquoted in the lists that package managers take.
        let plain = |char: char| char.is_ascii_alphanumeric() || "+-._:~".contains(char);
        if let Some(name) = names.iter().find(|name| name.is_empty() || !name.chars().all(plain)) {
            return Err(self.refuse(format!("{name:?} is no package name")));
        }
        let version = self.text(&package.version)?;
        if !version.chars().all(plain) {
            return Err(self.refuse(format!("{version:?} is no package version")));
        }
        Ok(match package.state {
            FileState::Present => Action::Package { names, version, hold: package.hold },
            FileState::Absent => Action::NoPackage { names },
        })
    }

    fn service(&self, service: &ServiceStep) -> Resolved {
        let state = match service.state {
            Some(ServiceState::Started) => "started",
            Some(ServiceState::Stopped) => "stopped",
            Some(ServiceState::Restarted) => "restarted",
            Some(ServiceState::Reloaded) => "reloaded",
            None => "-",
        };
        let name = self.text(&service.name)?;
        Ok(Action::Service { name, enabled: service.enabled, state: state.to_owned() })
    }

    fn unit(&self, unit: &UnitStep) -> Resolved {
        let content = match (&unit.content, &unit.src) {
            (Some(content), None) => self.content(content)?,
            (None, Some(src)) => self.template_file(src)?,
            _ => return Err(self.refuse("needs either `content` or `src`")),
        };
        Ok(Action::Unit { name: self.text(&unit.name)?, content })
    }

    fn sysctl(&self, sysctl: &SysctlStep) -> Resolved {
        let value = |value: &Value| match value {
            Value::String(text) => self.text(text),
            other => Ok(other.to_string()),
        };
        let settings = sysctl.settings.iter().map(|(key, text)| Ok((key.clone(), value(text)?)));
        Ok(Action::Sysctl {
            file: self.path(&sysctl.file)?,
            settings: settings.collect::<Result<_, PlaybookError>>()?,
        })
    }

    fn mount(&self, mount: &MountStep) -> Resolved {
        let path = self.path(&mount.path)?;
        if mount.state == MountState::Absent {
            return Ok(Action::NoMount { path });
        }
        Ok(Action::Mount {
            path,
            source: self.text(&mount.source)?,
            filesystem: self.text(&mount.filesystem)?,
            options: if mount.options.is_empty() {
                "defaults".to_owned()
            } else {
                self.text(&mount.options)?
            },
        })
    }

    fn user(&self, user: &UserStep) -> Resolved {
        Ok(Action::User {
            name: self.text(&user.name)?,
            system: user.system,
            home: self.text(user.home.as_deref().unwrap_or("/nonexistent"))?,
            shell: self.text(user.shell.as_deref().unwrap_or("/usr/sbin/nologin"))?,
        })
    }

    fn download(&self, download: &DownloadStep) -> Resolved {
        let dest = self.path(&download.dest)?;
        let mode = download.mode.clone().unwrap_or_else(|| "0644".to_owned());
        match (&download.url, &download.bundle, &download.sha256) {
            (Some(url), None, Some(sha256)) => {
                let (url, sha256) = (Some(self.text(url)?), self.text(sha256)?);
                Ok(Action::Download { url, dest, sha256, size: 0, mode })
            }
            (None, Some(path), _) => {
                let blob = self.blob(&self.text(path)?)?;
                Ok(Action::Download { url: None, dest, sha256: blob.sha256, size: blob.size, mode })
            }
            _ => Err(self.refuse("needs either `url` and `sha256`, or `bundle`")),
        }
    }

    fn image(&self, image: &ImageStep) -> Resolved {
        let path = image.bundle.as_deref().map(|path| self.text(path)).transpose()?;
        let blob = path.map(|path| self.blob(&path)).transpose()?;
        Ok(Action::Image { reference: self.text(&image.reference)?, blob })
    }

    fn command(&self, command: &CommandStep) -> Resolved {
        let checks = [command.creates.is_some(), command.unless.is_some(), command.always];
        if checks.iter().filter(|check| **check).count() != 1 {
            return Err(self.refuse("needs exactly one of `creates`, `unless` and `always`"));
        }
        let program = match &command.program {
            // In a subshell: it may set and exit what it likes.
            Some(src) => format!("program() (\n{}\n)\n", self.template_file(src)?.expose()),
            None => String::new(),
        };
        Ok(Action::Command {
            run: program.clone() + &self.shell(&command.run)?,
            creates: command
                .creates
                .as_deref()
                .map_or(Ok(String::new()), |path| self.path(path))?,
            unless: command
                .unless
                .as_deref()
                .map_or(Ok(String::new()), |shell| Ok(program + &self.shell(shell)?))?,
            stdin: self.content(command.stdin.as_deref().unwrap_or_default())?,
            undo: command.undo.as_ref().map(|undo| self.undo(undo)).transpose()?,
        })
    }

    fn undo(&self, undo: &UndoStep) -> Result<Undo, PlaybookError> {
        // It becomes part of the name of a file.
        let plain = |char: char| char.is_ascii_alphanumeric() || char == '-';
        if undo.key.is_empty() || !undo.key.chars().all(plain) {
            let key = &undo.key;
            return Err(
                self.refuse(format!("the key {key:?} is not of letters, digits and hyphens"))
            );
        }
        Ok(Undo {
            key: undo.key.clone(),
            before: self.shell(&undo.before)?,
            run: self.shell(&undo.run)?,
        })
    }
}
