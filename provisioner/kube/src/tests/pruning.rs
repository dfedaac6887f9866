//! Addons that the spec has dropped, in a cluster whose API does not answer.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};

use provisioner_engine::{
    Dispatcher, Event, EventKind, Interrupt, Mode, Options, Outcome, Redactor, RunInfo, Sink,
};
use secrecy::SecretString;

use super::specs::{EKS, cluster, library};
use crate::{
    AddonsPlanner, ChartStore, Claim, Entrance, EntranceError, HelmStore, KubeDriver, Lock,
    Purpose, Secrets, Selection, Stream, Toolbox,
};

struct Closed;

#[async_trait::async_trait]
impl Entrance for Closed {
    async fn kubeconfig(&self) -> Result<SecretString, EntranceError> {
        Err(EntranceError {
            message: "https://127.0.0.1:1 does not answer".to_owned(),
            hint: None,
            no_cluster: false,
        })
    }

    async fn dial(&self) -> Result<Box<dyn Stream>, EntranceError> {
        unreachable!("nobody knows where")
    }
}

#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Sink for Notes {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        if let EventKind::Note(note) = &event.kind {
            self.0.lock().unwrap().push(note.text.clone());
        }
        Ok(())
    }
}

/// How `up --prune` ends, and what it notes.
async fn prune(spec: &str, mode: Mode) -> (Outcome, Vec<String>) {
    let (cluster, library) = (Arc::new(cluster(spec)), Arc::new(library()));
    let folder = tempfile::tempdir().unwrap();
    let charts = ChartStore {
        lock: Lock::open("", None).unwrap(),
        bundle: None,
        cache: folder.path().to_path_buf().try_into().unwrap(),
        mirrors: BTreeMap::new(),
    };
    let helm = HelmStore::at_hand(None);
    let toolbox = Toolbox::new(Arc::new(Closed), charts, library.assets().clone(), helm).unwrap();
    let notes = Notes::default();
    let dispatcher = Dispatcher::start(Redactor::default(), vec![Box::new(notes.clone())]);
    let events = dispatcher.events();
    let selection = Selection::of(&cluster, &library).unwrap();
    let (secrets, purpose) = (Secrets::placeholders(), Purpose::Up { prune: true });
    let mut planner =
        AddonsPlanner::new(cluster, library, selection, secrets, purpose, events.clone());
    let info = RunInfo {
        run: "20261120-061530-4f2a".parse().unwrap(),
        command: "up".to_owned(),
        cluster: "eks".to_owned(),
        mode,
        version: "0.1.0".to_owned(),
    };
    let claim = Claim {
        run: info.run.clone(),
        holder: "alice@desk".to_owned(),
        journal: None,
        lasts: Claim::LASTS,
    };
    let options = Options { info, parallelism: NonZeroUsize::MIN };
    let driver = Arc::new(KubeDriver::new(Arc::new(toolbox), claim, false));
    let interrupt = Interrupt::default();
    let run = provisioner_engine::run(&mut planner, driver, &options, &interrupt, &events).await;
    assert!(dispatcher.finish().is_empty());
    let notes = notes.0.lock().unwrap().clone();
    (run.summary.outcome, notes)
}

#[tokio::test]
async fn are_only_missed_where_the_spec_enables_none() {
    let without = EKS.split("  addons:").next().unwrap();
    for mode in [Mode::Apply, Mode::Check] {
        let (outcome, notes) = prune(without, mode).await;
        assert_eq!(outcome, Outcome::Done);
        let said = "addons that the spec has dropped could not be looked for";
        assert!(notes.len() == 1 && notes[0].starts_with(said), "{notes:?}");
    }
}

#[tokio::test]
async fn a_spec_with_addons_needs_the_api() {
    let addons = "  addons: {external-services: {services: [{name: db, host: db.example}]}}\n";
    let with = EKS.split("  addons:").next().unwrap().to_owned() + addons;
    let (outcome, notes) = prune(&with, Mode::Apply).await;
    assert_eq!((outcome, notes.len()), (Outcome::Failed, 0));
}
