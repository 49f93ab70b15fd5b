//! A returned application: only what was remarked opens, and the second version stands beside the first.

use hojo_access::{Actor, Permission, Staff, allow};
use hojo_case::{Command, Party, decide};
use hojo_db::{Audit, Mode, random};
use hojo_words::ids::{PublicId, StaffId};
use time::Duration;

use crate::world::World;
use crate::{ready, send};

fn examiner(staff: uuid::Uuid) -> Actor {
    Actor::Staff(Staff {
        staff: StaffId(staff),
        name: "審査 花子".into(),
        permissions: [Permission::ReturnFiling].into_iter().collect(),
        limits: Default::default(),
    })
}

async fn send_back(world: &World, case: PublicId, staff: uuid::Uuid, targets: &[&str]) {
    let actor = examiner(staff);
    let mut tx = world.office.begin(&actor, Mode::Write).await.unwrap();
    let (permit, row) = tx.case::<allow::ReturnFiling>(case, Mode::Write).await.unwrap();
    let procedure = world.edition.procedure("application").unwrap();
    let terms = tx.terms(procedure, row.round, row.applicant).await.unwrap();
    let now = tx.now().await.unwrap();
    let filing: uuid::Uuid = sqlx::query_scalar("select id from filings where case_id = $1")
        .bind(row.id.0)
        .fetch_one(tx.sql())
        .await
        .unwrap();
    let due = now.date() + Duration::days(5);
    let command = Command::Return { submission: row.case.submissions, remarks: 1, due };
    let events = decide(&row.case, Party::Staff(StaffId(staff)), command, &terms, now).unwrap();
    for target in targets {
        sqlx::query(
            "insert into remarks (id, public_id, programme_id, round_id, applicant_id, case_id, filing_id, submission, target, text, severity, state, written_by, written_at, sent_at)
             values ($1, $2, 'p', $3, $4, $5, $6, 1, $7, '具体的に書いてください。', 'must', 'sent', $8, $9, $9)",
        )
        .bind(random::key()).bind(random::public_id().uuid()).bind(row.round.0).bind(row.applicant.0).bind(row.id.0).bind(filing)
        .bind(target).bind(staff).bind(now.utc())
        .execute(tx.sql()).await.unwrap();
    }
    sqlx::query("update filings set state = 'returned' where id = $1").bind(filing).execute(tx.sql()).await.unwrap();
    tx.record(&permit, &row, &events, &terms, &Audit::system("test")).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_remarked_fields_open_and_the_next_version_is_a_second_submission() {
    let world = World::new().await;
    let (c, base) = ready(&world).await;
    let receipt = send(&c, &base).await.to();
    let page = c.get(&receipt).await.ok();
    let case: PublicId = page.text.split("href=\"/cases/").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
    let (staff, _) = world.staff(&[Permission::ReturnFiling]).await;
    send_back(&world, case, staff, &["plan_summary", "lines[0].basis"]).await;

    let list = c.get(&base).await.ok();
    assert!(
        list.text.contains("差し戻されました") && list.text.contains("指摘1件") && list.text.contains("変更できません"),
        "{}",
        list.text
    );
    let path = format!("{base}/sections/outline");
    let section = c.get(&path).await.ok();
    assert!(
        section.text.contains("具体的に書いてください。") && !section.text.contains("name=\"plan_title\""),
        "{}",
        section.text
    );
    let version = section.hidden("_version");
    let typed = [
        ("_version", version.as_str()),
        ("_action", "list"),
        ("plan_summary", "検査工程を自動化し、新市場に出る。"),
        ("plan_title", "こっそり変えた題"),
    ];
    c.post(&path, &typed).await.to();
    assert!(!c.get(&path).await.ok().text.contains("こっそり"));

    let compare = c.get(&format!("{base}/compare")).await.ok();
    assert!(compare.text.contains("1か所") && compare.text.contains("検査工程を自動化"), "{}", compare.text);
    // After the deadline of the round, within that of the return.
    world.set_clock(crate::world::CLOSES + Duration::hours(2));
    send(&c, &base).await.to();
    let receipt = c.get(&receipt).await.ok();
    assert!(receipt.text.contains("2026-R1-00001-2"), "{}", receipt.text);
    assert_eq!(world.count("select count(*) from submissions").await, 2);
    assert_eq!(world.count("select count(*) from cases where number = '2026-R1-00001'").await, 1);
    let second = c.get(&format!("/cases/{case}/submissions/2")).await.ok();
    assert!(second.text.contains("1回目から2回目への変更（1か所）"), "{}", second.text);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_answer_to_a_return_is_taken_said_and_marked() {
    let world = World::new().await;
    let (mut c, base) = ready(&world).await;
    let receipt = send(&c, &base).await.to();
    let page = c.get(&receipt).await.ok();
    let case: PublicId = page.text.split("href=\"/cases/").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
    // The office's own term stands from the submission on: ten business days after 2026-10-15.
    let term = "select count(*) from cases where position = 'check' and due_on = '2026-10-29' and late_since is null";
    assert_eq!(world.count(term).await, 1);
    let (staff, _) = world.staff(&[Permission::ReturnFiling]).await;
    send_back(&world, case, staff, &["plan_summary"]).await;
    assert_eq!(world.count("select count(*) from cases where due_on = '2026-10-20'").await, 1);
    for path in [base.clone(), format!("{base}/check")] {
        assert!(!c.get(&path).await.ok().text.contains("期限（2026/10/20）を過ぎています"), "{path}");
    }

    world.set_clock(time::macros::datetime!(2026-10-21 00:00 +9));
    c.token().await;
    // Said before: on the list, on the status page and where it is sent.
    for path in [base.clone(), format!("{base}/check")] {
        let page = c.get(&path).await.ok();
        assert!(page.text.contains("期限（2026/10/20）を過ぎています"), "{path}: {}", page.text);
    }
    let status = c.get(&format!("/cases/{case}")).await.ok();
    assert!(status.text.contains("今からでも再提出できます"), "{}", status.text);
    send(&c, &base).await.to();
    // And after: on the receipt, in the history, and for the office.
    let page = c.get(&receipt).await.ok();
    assert!(page.text.contains("期限後の再提出として受け付けました"), "{}", page.text);
    let status = c.get(&format!("/cases/{case}")).await.ok();
    assert!(status.text.contains("期限（2026/10/20）後に再提出され"), "{}", status.text);
    // Ten business days from 2026-10-21, over the holiday of 2026-11-03.
    let marked = "select count(*) from cases where late_since = '2026-10-20' and due_on = '2026-11-05'";
    assert_eq!(world.count(marked).await, 1);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_while_it_was_open_can_be_put_back_once_it_is_shut() {
    let world = World::new().await;
    let (c, base) = ready(&world).await;
    let receipt = send(&c, &base).await.to();
    let page = c.get(&receipt).await.ok();
    let case: PublicId = page.text.split("href=\"/cases/").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
    let (staff, _) = world.staff(&[Permission::ReturnFiling]).await;
    send_back(&world, case, staff, &["plan_summary"]).await;
    let path = format!("{base}/sections/outline");
    assert!(!c.get(&path).await.ok().text.contains("name=\"plan_title\""));

    // An answer that something opened for a while, and that nothing opens any more.
    let mut tx = world.office.begin(&examiner(staff), Mode::Write).await.unwrap();
    let title: String =
        sqlx::query_scalar("select answers ->> 'plan_title' from draft_sections where answers ? 'plan_title'")
            .fetch_one(tx.sql())
            .await
            .unwrap();
    sqlx::query("update draft_sections set answers = jsonb_set(answers, '{plan_title}', '\"別の題\"') where answers ? 'plan_title'")
        .execute(tx.sql())
        .await
        .unwrap();
    tx.commit().await.unwrap();

    // It is not taken, and it can be put back.
    let refused = send(&c, &base).await;
    assert!(refused.text.contains("指摘のない項目"), "{}", refused.text);
    let section = c.get(&path).await.ok();
    assert!(section.text.contains("name=\"plan_title\""), "{}", section.text);
    let version = section.hidden("_version");
    let typed = [
        ("_version", version.as_str()),
        ("_action", "list"),
        ("plan_summary", "検査工程を自動化し、新市場に出る。"),
        ("plan_title", title.as_str()),
    ];
    c.post(&path, &typed).await.to();
    assert!(!c.get(&path).await.ok().text.contains("name=\"plan_title\""), "shut again");
    send(&c, &base).await.to();
    assert_eq!(world.count("select count(*) from submissions").await, 2);
    world.end().await;
}
