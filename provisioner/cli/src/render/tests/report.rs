use std::collections::BTreeMap;

use provisioner_engine::{Event, EventKind, RecordedRun, Summary};

use super::{PLAN, events};
use crate::render;

/// A run that failed, on a host whose output is not meant well.
const FAILED: &str = include_str!("data/failed.jsonl");

/// A run that has no more events than these.
fn recorded(events: Vec<Event>) -> RecordedRun {
    let info = events.iter().find_map(|event| match &event.kind {
        EventKind::Run(info) => Some(info.clone()),
        _ => None,
    });
    RecordedRun { info: info.unwrap(), events }
}

fn report(events: Vec<Event>) -> String {
    render::report(&recorded(events), false).unwrap()
}

/// Without the style sheet.
fn body(page: &str) -> &str {
    page.split_once("</style>").unwrap().1
}

fn summary() -> Summary {
    match events(FAILED).pop().unwrap().kind {
        EventKind::Summary(summary) => summary,
        _ => panic!("a run ends with its summary"),
    }
}

#[test]
fn a_run_that_failed() {
    insta::assert_snapshot!(body(&report(events(FAILED))));
}

#[test]
fn a_plan() {
    insta::assert_snapshot!(body(&report(events(PLAN))));
}

/// While w1 waits for another apt.
#[test]
fn a_run_that_was_cut_off() {
    let mut events = events(FAILED);
    let waits = |event: &Event| matches!(&event.kind, EventKind::Wait(_));
    events.truncate(events.iter().rposition(waits).unwrap() + 1);
    insta::assert_snapshot!(body(&report(events.clone())));
    let running = render::report(&recorded(events), true).unwrap();
    assert!(running.contains("Still running") && !running.contains("Cut off"), "{running}");
}

#[test]
fn a_run_of_which_nothing_more_is_known_than_that_it_began() {
    let mut events = events(FAILED);
    events.truncate(1);
    let run = RecordedRun { events: Vec::new(), ..recorded(events.clone()) };
    for page in [report(events), render::report(&run, false).unwrap()] {
        assert!(
            page.contains("<h1>up prod <span class=\"verdict unknown\">Cut off</span>"),
            "{page}"
        );
        assert!(page.contains("no steps") && !page.contains("<h2>"), "{page}");
    }
}

/// Tags by name, each as often as it occurs.
fn tags(page: &str) -> BTreeMap<&str, usize> {
    let mut tags = BTreeMap::new();
    for tag in page.split('<').skip(1) {
        let end =
            tag.find(|character: char| !character.is_ascii_alphanumeric() && character != '/');
        *tags.entry(&tag[..end.unwrap_or(tag.len())]).or_default() += 1;
    }
    tags
}

#[test]
fn whatever_was_recorded_is_shown_and_nothing_of_it_is_html() {
    let hostile = "</script></title><b onclick=\"x\">'`{{head.title}}&lt;\u{1b}[31m";
    let shown = "&lt;/script&gt;&lt;/title&gt;&lt;b onclick&#x3D;&quot;x&quot;&gt;\
                 &#x27;&#x60;{{head.title}}&amp;lt;[31m";
    let inside_json = serde_json::to_string(hostile).unwrap();
    let inside_json = inside_json.trim_matches('"');
    for recorded in [FAILED, PLAN] {
        // All texts that are no fixed words of the format, the names of hosts and stages included.
        let texts = [
            "m1",
            "w1",
            "prepare",
            "base",
            "join",
            "prod",
            "another apt",
            "first line",
            "its settings",
        ];
        for text in texts.into_iter().filter(|text| recorded.contains(&format!("\"{text}"))) {
            let evil = recorded.replace(&format!("\"{text}"), &format!("\"{inside_json}"));
            let (page, harmless) = (report(events(&evil)), report(events(recorded)));
            assert!(page.contains(shown), "{text}: {page}");
            assert!(!page.contains("</script>") && !page.contains('\u{1b}'), "{text}: {page}");
            assert_eq!(tags(&page), tags(&harmless), "{text}");
        }
    }
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let page = report(events(FAILED));
    for elsewhere in ["<script", "<link", "<img", "src=", "href=", "url(", "@import"] {
        assert!(!page.contains(elsewhere), "{elsewhere}: {page}");
    }
}

/// It is made of the events alone, since a run that was cut off has no summary.
#[test]
fn the_page_says_what_the_summary_says() {
    let page = report(events(FAILED));
    let Summary { failures, stages, .. } = summary();
    assert_eq!(page.matches("<article class=\"failure\">").count(), failures.len());
    for failure in failures {
        let place = [failure.host, Some(failure.stage), failure.step];
        let place = place.into_iter().flatten().collect::<Vec<_>>().join(" / ");
        assert!(page.contains(&format!("<h3>{place}</h3>")), "{place}");
    }
    for stage in stages {
        if let (Some(host), Some(step)) = (stage.waited_for, stage.waited_on) {
            assert!(page.contains(&format!("<div>{host}: {step}, ")), "{host}: {step}");
        }
    }
}
