//! What comes on paper: taken in by the office, filled under its roof, judged by the day it arrived.

use hojo_access::Permission;
use time::Duration;

use crate::client::pdf;
use crate::world::{CLOSES, World};
use crate::{NUMBER, complete, send};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paper_that_came_in_time_is_filed_after_the_deadline() {
    let world = World::new().await;
    let (_, mut c) = world.staff(&[Permission::IntakeFiling]).await;
    c.token().await;
    let round = world.round.to_string();
    let wrong = c
        .upload(
            "/intake",
            &[("round", &round), ("corporate_number", "123"), ("channel", "fax"), ("received_on", "きのう")],
            &[],
            false,
        )
        .await;
    assert_eq!(wrong.status, 422);
    for words in ["法人番号が正しくありません", "届いた方法", "受領日を", "value=\"123\""] {
        assert!(wrong.text.contains(words), "{words}: {}", wrong.text);
    }
    let taken = |name: &'static str, day: &'static str| {
        let (c, round) = (c.clone(), round.clone());
        async move {
            let fields = [
                ("round", round.as_str()),
                ("corporate_number", NUMBER.unwrap()),
                ("name", name),
                ("channel", "paper"),
                ("received_on", day),
            ];
            c.upload("/intake", &fields, &[("scan", "申請書.pdf", &pdf("scan"))], false).await
        }
    };
    let base = taken("株式会社見本精機", "2026/10/14").await.to();
    assert!(base.starts_with("/intake/filings/"), "{base}");
    assert_eq!(taken("株式会社見本精機", "2026/10/14").await.status, 422, "one live case in a round");
    assert!(c.get(&base).await.ok().text.contains("代理入力：株式会社見本精機"));

    // What nobody at GビズID said is asked for, so the clerk types it too.
    let mut answers = complete(&world);
    for (id, text) in
        [("representative", "見本 太郎"), ("prefecture", "13"), ("address", "東京都千代田区霞が関一丁目3番1号")]
    {
        answers.set(id, hojo_programme::Raw::from(text));
    }
    c.fill(&base, &world.edition, &answers).await;
    world.set_clock(CLOSES + Duration::days(3));
    let receipt = send(&c, &base).await.to();
    let page = c.get(&receipt).await.ok();
    assert!(page.text.contains("2026-R1-00001") && page.text.contains("代理受付に戻る"), "{}", page.text);
    assert_eq!(world.count("select count(*) from files where slot = 'scan'").await, 1);
    assert!(world.count("select count(*) from operation_log where actor_kind = 'staff'").await > 0);

    // What came after the deadline is typed in, and then refused: the day it came decides.
    let round = world.round.to_string();
    let fields = [
        ("round", round.as_str()),
        ("corporate_number", ""),
        ("name", "おくれ 一郎"),
        ("channel", "mail"),
        ("received_on", "2026/11/1"),
    ];
    let late = c.upload("/intake", &fields, &[], false).await.to();
    let refused = c.post(&format!("{late}/submit"), &[("_seen", ""), ("declare", "yes")]).await;
    assert!(refused.status == 422 && refused.text.contains("受領日(2026/11/01)が締切"), "{}", refused.text);
    assert_eq!(world.count("select count(*) from submissions").await, 1);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_online_draft_is_not_the_offices_to_read() {
    let world = World::new().await;
    let mut company = world.company("株式会社見本精機", NUMBER, "prime").await;
    company.token().await;
    let base = company.start(world.round).await;
    let (_, c) = world.staff(&[Permission::IntakeFiling]).await;
    assert_eq!(c.get(&format!("/intake{base}")).await.status, 404);
    let (_, stranger) = world.staff(&[Permission::ViewCase]).await;
    assert_eq!(stranger.get("/intake").await.status, 403);
    world.end().await;
}
