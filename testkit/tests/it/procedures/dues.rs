//! What is owed: reminders that go once, dates moved by two people, the list and its file, progress without names.

use hojo_testkit::World;
use hojo_testkit::steps::{self, Result1};
use hojo_words::jst;
use sqlx::Row;
use time::{Date, Duration};

use super::ground::{GRANT, adopted};

/// Puts the clock to ten in the morning of a day in Japan.
pub async fn go_to(world: &World, day: Date) {
    let now = world.house.now().await.unwrap();
    let ahead = jst::start_of_day(day) + Duration::hours(10) - now;
    world.clock.advance(ahead.try_into().unwrap());
}

/// Two workers at once, then one that was started again: what each does by itself again and again.
pub async fn workers(world: &World) {
    let work = || hojo_procedures::keep_due_reminding(world.house.worker_db.clone(), std::future::ready(()));
    tokio::join!(work(), work());
    work().await;
    world.drain().await.unwrap();
}

/// Mails of this kind of reminder so far, each address once.
fn mails(world: &World, subject: &str) -> usize {
    world.mail.sent().iter().filter(|mail| mail.subject.contains(subject)).count()
}

/// The due date of the grant application and the days of its reminders, as the office's list has them.
async fn owed(world: &World) -> (Date, Vec<(Date, String)>) {
    let mut db = world.superuser().await.unwrap();
    let row =
        sqlx::query("select due_on, reminders from dues where key = $1").bind(GRANT).fetch_one(&mut db).await.unwrap();
    let reminders: sqlx::types::JsonValue = row.get("reminders");
    let days = reminders.as_array().unwrap().iter().map(|r| {
        let day = jst::read_date(r["on"].as_str().unwrap()).unwrap();
        (day, r["kind"].as_str().unwrap().to_owned())
    });
    (row.get("due_on"), days.collect())
}

const BEFORE: &str = "提出の期限が近づいています";
const AFTER: &str = "提出の期限を過ぎています（受付番号";
const LAST: &str = "最終の督促";

#[tokio::test(flavor = "multi_thread")]
async fn every_reminder_goes_once_and_after_the_last_the_office_is_asked() {
    let world = World::new().await;
    let case = adopted(&world, &[1]).await.remove(0);
    let (due, reminders) = owed(&world).await;
    assert!(reminders.len() >= 5 && reminders.iter().any(|(_, kind)| kind == "last"), "{reminders:?}");
    workers(&world).await;
    let addresses = {
        let (day, _) = reminders[0];
        assert!(day < due);
        // The evening before, nothing; at night of the day itself, nothing yet.
        go_to(&world, day - Duration::days(1)).await;
        workers(&world).await;
        world.clock.advance(std::time::Duration::from_secs(17 * 3_600));
        workers(&world).await;
        assert_eq!(mails(&world, BEFORE), 0);
        go_to(&world, day).await;
        workers(&world).await;
        mails(&world, BEFORE)
    };
    assert!(addresses > 0, "{:?}", world.mail.sent().last());
    let mut told = (1, 0, 0);
    for (day, kind) in &reminders[1..] {
        go_to(&world, *day).await;
        workers(&world).await;
        match kind.as_str() {
            "before" => told.0 += 1,
            "after" => told.1 += 1,
            _ => told.2 += 1,
        }
        let sent = (mails(&world, BEFORE), mails(&world, AFTER) - mails(&world, LAST), mails(&world, LAST));
        let wanted = (told.0 * addresses, told.1 * addresses, told.2 * addresses);
        assert_eq!(sent, wanted, "{day} {kind}");
        // The days after, too, it is said no more.
        world.clock.advance(std::time::Duration::from_secs(20 * 3_600));
        workers(&world).await;
        assert_eq!((mails(&world, BEFORE), mails(&world, LAST)), (wanted.0, wanted.2));
    }
    // A mail travels in the open: it says by when, and neither what nor that the case was adopted.
    let last = world.mail.sent().into_iter().find(|mail| mail.subject.contains(LAST)).unwrap();
    assert!(last.text.contains(&jst::long_date(due)) && !last.text.contains("採択") && !last.text.contains("交付申請"));

    // The letter that the edition names for one of them came once.
    let mut db = world.superuser().await.unwrap();
    let letters: i64 =
        sqlx::query("select count(*) from letters where kind = 'reminder-notice' and state = 'delivered'")
            .fetch_one(&mut db)
            .await
            .unwrap()
            .get(0);
    assert_eq!(letters, 1);

    // What follows stands on the office's list, once, and in the history of the case.
    let unmet: i64 =
        sqlx::query("select count(*) from events where kind = 'due_unmet'").fetch_one(&mut db).await.unwrap().get(0);
    assert_eq!(unmet, 1);
    let manager = world.staff("manager1").await.unwrap();
    let list = manager.get("/approvals").await.unwrap();
    assert!(list.has("採択取消"), "{}", list.words());
    let over = manager.get("/obligations?which=over").await.unwrap();
    assert!(over.has("期限超過") && over.has("R1-00001") && over.has("交付申請"), "{}", over.words());
    assert!(over.links().contains(&format!("/cases/{}", case.case)));
    drop(db);
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_is_moved_by_two_people_and_the_reminders_go_with_it() {
    let world = World::new().await;
    let case = adopted(&world, &[1]).await.remove(0);
    let (due, _) = owed(&world).await;
    let to = due + Duration::days(31);
    let page = format!("/cases/{}/dues/{GRANT}/move", case.case);
    let (one, other) = (world.staff("manager1").await.unwrap(), world.staff("manager2").await.unwrap());

    // The list leads to the change; an operator is not led there, and may not go there.
    assert!(one.get("/obligations").await.unwrap().links().contains(&page));
    let operator = world.staff("operator1").await.unwrap();
    let list = operator.get("/obligations").await.unwrap();
    assert!(list.has("R1-00001") && !list.links().contains(&page) && list.form("/export").is_err());
    assert!(operator.go(&page).await.unwrap().status.as_u16() >= 400);

    // What cannot be is refused with what was typed.
    let propose = |day: String, reason: &'static str| {
        let (one, page) = (one.clone(), page.clone());
        async move {
            let mut form = one.get(&page).await.unwrap().form("/move").unwrap();
            form.set("to", &day).unwrap();
            form.set("reason", reason).unwrap();
            one.press(&form, "期限の変更を起案する").await.unwrap()
        }
    };
    let same = propose(due.to_string(), "工場の被災").await;
    assert!(
        same.status == 422 && same.has("今の期限と同じ日") && same.html().contains("工場の被災"),
        "{}",
        same.words()
    );
    assert!(propose(to.to_string(), " ").await.has("理由が入力されていません"));
    let done = propose(to.to_string(), "工場の被災により準備が間に合わないため").await.ok().unwrap();
    assert!(
        done.at.starts_with("/obligations") && done.has("承認を待つ期限の変更（1件）"),
        "{} {}",
        done.at,
        done.words()
    );
    assert_eq!(owed(&world).await.0, due, "a proposal alone moves nothing");

    // Nobody approves the own proposal, not even by asking directly.
    let own = one.get(&page).await.unwrap();
    assert!(own.has("自分の起案は承認できません"));
    let form = own.form("/approve").unwrap();
    let which = form.get("move").unwrap();
    let csrf = form.get("_csrf").unwrap();
    let forced = [("_csrf", csrf.as_str()), ("move", which.as_str()), ("decision", "approve")];
    let refused = one.post_fields(&page.replace("/move", "/approve"), &forced).await.unwrap();
    assert!(
        refused.status == 422 && refused.has("起案した人は承認できません"),
        "{} {}",
        refused.status,
        refused.words()
    );

    let form = other.get(&page).await.unwrap().form("/approve").unwrap();
    other.press(&form, "承認する").await.unwrap().ok().unwrap();
    let (now_due, reminders) = owed(&world).await;
    assert_eq!(now_due, to);
    assert!(reminders.iter().any(|(day, _)| *day == to - Duration::days(30)), "{reminders:?}");
    let again = other.get(&page).await.unwrap();
    assert!(again.has("当初の期限") && again.has("が承認"), "{}", again.words());
    let mut db = world.superuser().await.unwrap();
    let told: String = sqlx::query("select body ->> 'reason' from events where kind = 'due_moved'")
        .fetch_one(&mut db)
        .await
        .unwrap()
        .get(0);
    assert_eq!(told, "工場の被災により準備が間に合わないため");

    // The file: one line for each, with the date it had.
    let form = other.get("/obligations").await.unwrap().form("/export").unwrap();
    let csv = other.press(&form, "この一覧をCSVで取り出す").await.unwrap();
    let text = csv.html();
    assert!(text.contains("\"R1-00001\"") && text.contains(&written(due)) && text.contains(&written(to)), "{text}");

    // Progress: numbers for those who supervise, no names.
    let progress = other.get("/progress").await.unwrap();
    assert!(progress.has("採択（交付申請前）") && progress.has("合計"), "{}", progress.words());
    let name: String = sqlx::query("select applicant_name from cases limit 1").fetch_one(&mut db).await.unwrap().get(0);
    assert!(!progress.has(&name));
    assert!(operator.go("/progress").await.unwrap().status.as_u16() >= 400);
    drop(db);
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_two_people_exclude_ends_its_case() {
    let world = World::new().await;
    let filed = world.submitted(1).await.unwrap();
    let (one, two) = (world.staff("manager1").await.unwrap(), world.staff("manager2").await.unwrap());
    steps::first_check(&one, filed.case, Result1::Excluded { reason: "対象外の事業" }).await.unwrap();
    let mut db = world.superuser().await.unwrap();
    let standing = "select standing from cases where root_id is null";
    let before: String = sqlx::query(standing).fetch_one(&mut db).await.unwrap().get(0);
    assert_eq!(before, "", "one person alone excludes nobody");
    steps::second_check(&two, filed.case, None).await.unwrap();
    let after: String = sqlx::query(standing).fetch_one(&mut db).await.unwrap().get(0);
    assert_eq!(after, "not_adopted");
    drop(db);
    world.drain().await.unwrap();
    world.end().await.unwrap();
}

fn written(day: Date) -> String {
    format!("{:04}/{:02}/{:02}", day.year(), u8::from(day.month()), day.day())
}
