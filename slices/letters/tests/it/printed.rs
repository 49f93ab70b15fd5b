//! Every letter of the edition through the real press, where it was built.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hojo_case::{CheckResult, Event, Outcome};
use hojo_letters::{copy_job, letter_job};
use hojo_press_client::{PressClient, PressSettings};
use time::macros::date;

use crate::world::World;

/// `HOJO_PRESS` with `HOJO_FONTS`, else where `cargo build --profile press -p hojo-press` and `press/fonts-setup` put them.
fn press() -> Option<Arc<PressClient>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let named = std::env::var_os("HOJO_PRESS").map(PathBuf::from);
    let program = named.unwrap_or_else(|| root.join("target/press/hojo-press"));
    let fonts = std::env::var_os("HOJO_FONTS").map_or_else(|| root.join("var/fonts"), PathBuf::from);
    program.exists().then(|| Arc::new(PressClient::new(PressSettings::new(program, fonts))))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_letter_of_the_edition_can_be_printed() {
    let Some(press) = press() else {
        println!("no press was built; its own tests cover the printing");
        return;
    };
    let w = World::new().await;
    let adopted = w.file("株式会社見本製作所", "a@example.jp").await;
    let id = adopted.row.public_id;
    w.happen(
        id,
        &w.adoption(),
        vec![
            letter_job(id, "receipt", "file:1"),
            letter_job(id, "adoption-notice", "run:x"),
            copy_job(id, adopted.filing, 1),
        ],
    )
    .await;

    let refused = w.file("見本商店", "b@example.jp").await;
    let mut events = w.adoption();
    events.pop();
    events.push(Event::Decided {
        conditions: vec![],
        label: String::new(),
        outcome: Outcome::NOT_ADOPTED,
        amount: None,
        run: "x".into(),
        reason: "選定基準による".into(),
    });
    w.happen(refused.row.public_id, &events, vec![letter_job(refused.row.public_id, "non-adoption-notice", "run:x")])
        .await;

    let excluded = w.file("見本工業", "c@example.jp").await;
    let reason = "要領2-4-1の中小企業者等に該当しないため".to_owned();
    let events = [
        Event::FirstCheckFinished { submission: 1, by: w.me(), result: CheckResult::Excluded, reason },
        Event::SecondCheckFinished { submission: 1, by: w.me(), agrees: true, reason: String::new() },
    ];
    w.happen(excluded.row.public_id, &events, vec![letter_job(excluded.row.public_id, "exclusion-notice", "outcome")])
        .await;

    let returned = w.file("見本食品", "d@example.jp").await;
    w.remark(&returned, "contact_email", "連絡のとれるアドレスにしてください。").await;
    w.remark(&returned, "lines[0].gross", "見積書の金額と合っていません。").await;
    let event = Event::Returned { submission: 1, by: w.me(), remarks: 2, due: date!(2099 - 01 - 02) };
    w.happen(returned.row.public_id, &[event], vec![letter_job(returned.row.public_id, "return-notice", "return:1")])
        .await;

    w.work_with(press).await;
    assert_eq!(
        w.text("select string_agg(kind || ' ' || problem, ', ') from letters where state <> 'delivered'").await,
        ""
    );
    assert_eq!(
        w.text("select string_agg(kind, ' ' order by kind) from letters").await,
        "adoption-notice application-copy exclusion-notice non-adoption-notice receipt return-notice"
    );
    assert_eq!(w.text("select string_agg(distinct position, ' ') from cases").await, "closed returned");
    for kind in
        ["adoption-notice", "application-copy", "exclusion-notice", "non-adoption-notice", "receipt", "return-notice"]
    {
        let sha256 = w.text(&format!("select sha256 from letters where kind = '{kind}'")).await;
        let pdf = w.vault.read(&sha256).await.unwrap();
        assert!(pdf.starts_with(b"%PDF-"), "{kind}");
        if let Some(dir) = std::env::var_os("HOJO_LETTERS_OUT") {
            std::fs::write(Path::new(&dir).join(format!("{kind}.pdf")), &pdf).unwrap();
        }
    }
    w.end().await;
}
