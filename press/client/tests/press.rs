//! The client against a small pretend press (a shell script) and against the real one when it was built.
#![expect(clippy::disallowed_methods, reason = "tests run work beside each other")]
#![allow(clippy::allow_attributes, clippy::unwrap_used, reason = "helpers of tests: a failure here is a failed test")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hojo_press_client::wire::ProblemKind;
use hojo_press_client::{PressClient, PressFault, PressSettings};
use hojo_words::letter::LetterModel;
use time::macros::datetime;

const MOMENT: time::OffsetDateTime = datetime!(2027-02-15 10:00:00 +9);

/// A press that is a shell script: `body` sees each request as `$line` and its id as `$id`.
struct Pretend {
    dir: tempfile::TempDir,
    settings: PressSettings,
}

fn pretend(body: &str) -> Pretend {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("press");
    let script = format!(
        "#!/bin/sh\ncd \"$(dirname \"$0\")\"\necho start >> starts\nwhile IFS= read -r line; do\n\
         id=$(printf '%s' \"$line\" | sed 's/^{{\"id\":\"\\([0-9]*\\)\".*/\\1/')\n{body}\ndone\n"
    );
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let settings = PressSettings { time_limit: Duration::from_secs(20), ..PressSettings::new(path, "fonts") };
    Pretend { dir, settings }
}

impl Pretend {
    fn starts(&self) -> usize {
        std::fs::read_to_string(self.dir.path().join("starts")).unwrap_or_default().lines().count()
    }
}

const GOOD: &str = r#"echo "{\"id\":\"$id\",\"ok\":{\"pdf_base64\":\"JVBERg==\",\"sha256\":\"00\",\"pages\":1}}""#;

#[tokio::test]
async fn the_press_stays_warm_from_letter_to_letter() {
    let press = pretend(GOOD);
    let client = PressClient::new(press.settings.clone());
    for _ in 0..5 {
        let sheet = client.print(&LetterModel::default(), MOMENT).await.unwrap();
        assert_eq!(sheet.pdf, b"%PDF");
    }
    assert_eq!(press.starts(), 1);
}

#[tokio::test]
async fn a_letter_the_press_refuses_is_not_tried_again_and_the_press_lives_on() {
    let press = pretend(
        r#"echo "{\"id\":\"$id\",\"err\":{\"kind\":\"missing_glyph\",\"message\":\"x\",\"character\":\"𠮷\",\"codepoint\":\"U+20BB7\",\"field\":\"addressee[0]\"}}""#,
    );
    let client = PressClient::new(press.settings.clone());
    for _ in 0..2 {
        let fault = client.print(&LetterModel::default(), MOMENT).await.unwrap_err();
        assert!(!fault.may_pass());
        let PressFault::Letter(problem) = fault else { panic!("{fault}") };
        assert_eq!(problem.kind, ProblemKind::MissingGlyph);
        assert_eq!(problem.codepoint.as_deref(), Some("U+20BB7"));
    }
    assert_eq!(press.starts(), 1);
}

#[tokio::test]
async fn a_press_that_died_is_started_again() {
    let press = pretend(&format!("if [ ! -e died ]; then touch died; exit 3; fi\n{GOOD}"));
    let client = PressClient::new(press.settings.clone());
    client.print(&LetterModel::default(), MOMENT).await.unwrap();
    assert_eq!(press.starts(), 2);
}

#[tokio::test]
async fn a_letter_that_always_ends_the_press_is_reported() {
    let press = pretend("exit 3");
    let client = PressClient::new(press.settings.clone());
    let fault = client.print(&LetterModel::default(), MOMENT).await.unwrap_err();
    assert!(matches!(fault, PressFault::Died(_)), "{fault}");
    assert!(fault.may_pass());
    assert_eq!(press.starts(), 2);
}

#[tokio::test]
async fn a_press_that_hangs_is_ended_and_the_next_letter_gets_a_fresh_one() {
    let press = pretend(&format!("if [ ! -e hung ]; then echo $$ > hung; exec sleep 60; fi\n{GOOD}"));
    let settings = PressSettings { time_limit: Duration::from_millis(700), ..press.settings.clone() };
    let client = PressClient::new(settings);
    let start = Instant::now();
    let fault = client.print(&LetterModel::default(), MOMENT).await.unwrap_err();
    assert!(matches!(fault, PressFault::TimedOut(_)), "{fault}");
    assert!(start.elapsed() < Duration::from_secs(5));
    client.print(&LetterModel::default(), MOMENT).await.unwrap();
    assert_eq!(press.starts(), 2);
    let hung: u32 = std::fs::read_to_string(press.dir.path().join("hung")).unwrap().trim().parse().unwrap();
    for _ in 0..50 {
        if ended(hung) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the hanging press still runs");
}

/// Gone, or a zombie nobody waited for yet.
fn ended(id: u32) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    state.is_empty() || state.contains(") Z ")
}

#[tokio::test]
async fn nonsense_from_the_press_is_a_fault_not_a_letter() {
    for nonsense in ["echo nonsense", r#"echo '{"id":"999","ok":{"pdf_base64":"","sha256":"","pages":1}}'"#] {
        let press = pretend(nonsense);
        let client = PressClient::new(press.settings.clone());
        let fault = client.print(&LetterModel::default(), MOMENT).await.unwrap_err();
        assert!(matches!(fault, PressFault::Garbled(_)), "{fault}");
    }
}

#[tokio::test]
async fn many_askers_share_as_many_presses_as_allowed() {
    let press = pretend(&format!("sleep 0.05\n{GOOD}"));
    let settings = PressSettings { processes: 2, ..press.settings.clone() };
    let client = Arc::new(PressClient::new(settings));
    let asks: Vec<_> = (0..12)
        .map(|_| {
            let client = Arc::clone(&client);
            tokio::spawn(async move { client.print(&LetterModel::default(), MOMENT).await.map(|s| s.pages) })
        })
        .collect();
    for ask in asks {
        assert_eq!(ask.await.unwrap().unwrap(), 1);
    }
    assert!(press.starts() <= 2);
}

#[tokio::test]
async fn a_missing_binary_is_named() {
    let client = PressClient::new(PressSettings::new("/no/such/press", "fonts"));
    let fault = client.print(&LetterModel::default(), MOMENT).await.unwrap_err();
    assert!(fault.to_string().contains("/no/such/press"), "{fault}");
}

/// The real press: `HOJO_PRESS`, else where `cargo build --profile press -p hojo-press` puts it.
fn real_press() -> Option<PathBuf> {
    let room = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let named = std::env::var_os("HOJO_PRESS").map(PathBuf::from);
    named.or_else(|| Some(room.join("target/press/hojo-press"))).filter(|path| path.exists())
}

#[tokio::test]
async fn the_real_press_prints_and_refuses() {
    let Some(program) = real_press() else {
        eprintln!("skipped: build the press first (cargo build --profile press -p hojo-press)");
        return;
    };
    // Several checkouts may share one target folder: where this was compiled need not be where it runs.
    let fonts = std::env::var_os("HOJO_FONTS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../var/fonts"), PathBuf::from);
    let client = PressClient::new(PressSettings::new(program, fonts));
    let mut model = LetterModel {
        addressee: vec!["株式会社霞が関製作所　様".into()],
        title: vec!["採択通知書".into()],
        body: vec!["採択しましたので通知します。".into()],
        lang: "ja".into(),
        doc_title: "採択通知書".into(),
        doc_id: "client-test".into(),
        ..LetterModel::default()
    };
    let sheet = client.print(&model, MOMENT).await.unwrap();
    assert!(sheet.pdf.starts_with(b"%PDF-1.7"));
    assert_eq!(sheet.pages, 1);
    model.addressee = vec!["😀".into()];
    let fault = client.print(&model, MOMENT).await.unwrap_err();
    let PressFault::Letter(problem) = fault else { panic!("{fault}") };
    assert_eq!(problem.field.as_deref(), Some("addressee[0]"));
    model.addressee = vec!["株式会社霞が関製作所　様".into()];
    assert_eq!(client.print(&model, MOMENT).await.unwrap(), sheet);
}
