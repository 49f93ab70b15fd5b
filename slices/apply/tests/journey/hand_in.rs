//! Handing in: once, in time, with everything that was attached.

use hojo_words::ids::PublicId;
use time::Duration;

use crate::world::{CLOSES, OPENS, World};
use crate::{ready, send};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_complete_application_gets_its_receipt_and_stays_what_it_was() {
    let world = World::new().await;
    let (c, base) = ready(&world).await;
    let list = c.get(&base).await.ok();
    assert!(list.text.contains("入力済み") && !list.text.contains("直すところがあります"), "{}", list.text);
    let receipt = send(&c, &base).await.to();
    assert_eq!(receipt, format!("{base}/receipt"));
    let page = c.get(&receipt).await.ok();
    assert!(page.text.contains("2026-R1-00001") && page.text.contains("2026/10/15"), "{}", page.text);
    let hash: String = {
        use sha2::Digest;
        sha2::Sha256::digest(crate::client::pdf("att_accounts_last 0")).iter().map(|b| format!("{b:02x}")).collect()
    };
    assert!(page.text.contains(&hash), "the receipt lists the hash of each file: {}", page.text);

    // Once more: the same receipt, nothing new.
    let again = c.post(&format!("{base}/submit"), &[("_seen", "x"), ("declare", "yes")]).await.to();
    assert_eq!(again, receipt);
    assert_eq!(world.count("select count(*) from submissions").await, 1);
    assert_eq!(world.count("select count(*) from jobs where kind = 'application_copy'").await, 1);
    assert_eq!(world.count("select count(*) from jobs where kind = 'mail'").await, 1);
    assert_eq!(world.count("select count(*) from case_search where grams @> array['見本','精機']").await, 1);

    // A filed application is not written on any more.
    let late = c.post(&format!("{base}/sections/outline"), &[("_version", "99"), ("plan_title", "別の計画")]).await;
    assert_eq!(late.status, 422, "{}", late.text);
    assert_eq!(c.get(&base).await.to(), receipt);

    let case = page.text.split("href=\"/cases/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let status = c.get(&format!("/cases/{case}")).await.ok();
    assert!(status.text.contains("形式確認中") && status.text.contains("提出され、受け付けました"), "{}", status.text);
    let version = c.get(&format!("/cases/{case}/submissions/1")).await.ok();
    assert!(version.text.contains("添付ファイル"), "{}", version.text);

    // Withdrawn with a reason, after a question.
    let ask = c.get(&format!("{base}/withdraw")).await.ok();
    assert!(ask.text.contains("元に戻せません"));
    assert_eq!(c.post(&format!("{base}/withdraw"), &[("reason", ""), ("sure", "yes")]).await.status, 422);
    c.post(&format!("{base}/withdraw"), &[("reason", "事業計画の変更"), ("sure", "yes")]).await.to();
    assert!(c.get(&format!("/cases/{case}")).await.ok().text.contains("取下げ済み"));
    assert_eq!(
        world.count("select count(*) from jobs where kind = 'mail' and payload ->> 'template' = 'withdrawn'").await,
        1
    );
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_presses_make_one_submission_and_everybody_gets_the_receipt() {
    let world = World::new().await;
    let (c, base) = ready(&world).await;
    let seen = c.get(&format!("{base}/check")).await.ok().hidden("_seen");
    let mut presses = tokio::task::JoinSet::new();
    for _ in 0..30 {
        let (c, base, seen) = (c.clone(), base.clone(), seen.clone());
        presses.spawn(async move { c.post(&format!("{base}/submit"), &[("_seen", &seen), ("declare", "yes")]).await });
    }
    for answer in presses.join_all().await {
        assert_eq!(answer.to(), format!("{base}/receipt"));
    }
    assert_eq!(world.count("select count(*) from submissions").await, 1);
    assert_eq!(world.count("select count(*) from cases where number = '2026-R1-00001'").await, 1);
    assert_eq!(world.count("select count(*) from jobs").await, 2);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_deadline_is_the_database_clocks_second() {
    let world = World::at(OPENS - Duration::hours(1)).await;
    let (c, base) = ready(&world).await;
    let list = c.get(&base).await.ok();
    assert!(
        list.text.contains("受付は2026/09/30 17:00からです"),
        "a draft may be written before the opening: {}",
        list.text
    );
    assert!(!c.get(&format!("{base}/check")).await.ok().text.contains("name=\"_seen\""));
    let press = async |c: &crate::client::Client, base: &str| {
        let form = [("_seen", ""), ("declare", "yes")];
        c.post(&format!("{base}/submit"), &form).await
    };
    world.set_clock(OPENS - Duration::seconds(2));
    let early = press(&c, &base).await;
    assert!(early.status == 422 && early.text.contains("申請の受付は2026/09/30 17:00:00からです"), "{}", early.text);
    world.set_clock(CLOSES - Duration::seconds(20));
    let seen = c.get(&format!("{base}/check")).await.ok().hidden("_seen");
    world.set_clock(CLOSES - Duration::seconds(2));
    let in_time = c.post(&format!("{base}/submit"), &[("_seen", &seen), ("declare", "yes")]).await;
    assert_eq!(in_time.status, 303, "{}", in_time.text);

    let mut other = world.company("株式会社おくれ", Some("1000000000009"), "prime").await;
    other.token().await;
    let late_base = other.start(world.round).await;
    world.set_clock(CLOSES + Duration::seconds(2));
    let late = press(&other, &late_base).await;
    assert!(late.status == 422 && late.text.contains("2026/10/30 18:00:00に締め切りました"), "{}", late.text);
    assert_eq!(world.count("select count(*) from submissions").await, 1);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_handed_in_without_its_attachments_or_unseen() {
    let world = World::new().await;
    let (c, base) = ready(&world).await;
    let seen = c.get(&format!("{base}/check")).await.ok().hidden("_seen");
    let submit = format!("{base}/submit");

    let undeclared = c.post(&submit, &[("_seen", &seen)]).await;
    assert!(undeclared.status == 422 && undeclared.text.contains("申告"), "{}", undeclared.text);

    // Another tab changes something after the check page was opened.
    let page = c.get(&format!("{base}/sections/site")).await.ok();
    let version = page.hidden("_version");
    c.post(&format!("{base}/sections/site"), &[("_version", &version), ("contact_post", "課長"), ("_action", "next")])
        .await
        .to();
    let stale = c.post(&submit, &[("_seen", &seen), ("declare", "yes")]).await;
    assert!(stale.status == 422 && stale.text.contains("申請の内容が変わっています"), "{}", stale.text);

    // A blob that is gone, and one that changed, stop the submission and name the file.
    let blobs = world.vault_dir.path().join("blobs");
    let victim = walk(&blobs).into_iter().next().unwrap();
    let kept = std::fs::read(&victim).unwrap();
    for broken in [None, Some(b"other bytes".to_vec())] {
        match broken {
            None => std::fs::remove_file(&victim).unwrap(),
            Some(bytes) => std::fs::write(&victim, bytes).unwrap(),
        }
        let seen = c.get(&format!("{base}/check")).await.ok().hidden("_seen");
        let missing = c.post(&submit, &[("_seen", &seen), ("declare", "yes")]).await;
        assert!(missing.status == 422 && missing.text.contains("保管場所で確認できませんでした"), "{}", missing.text);
    }
    assert_eq!(world.count("select count(*) from submissions").await, 0);
    std::fs::write(&victim, kept).unwrap();
    send(&c, &base).await.to();
    world.end().await;
}

fn walk(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path());
    entries.flat_map(|p| if p.is_dir() { walk(&p) } else { vec![p] }).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_company_finds_nothing_and_an_entry_account_is_told_why() {
    let world = World::new().await;
    let (c, base) = ready(&world).await;
    let mut other = world.company("株式会社よその会社", Some("1000000000009"), "prime").await;
    other.token().await;
    for path in [
        base.clone(),
        format!("{base}/check"),
        format!("{base}/sections/outline"),
        format!("{base}/receipt"),
        format!("{base}/withdraw"),
    ] {
        assert_eq!(other.get(&path).await.status, 404, "{path}");
    }
    assert_eq!(other.post(&format!("{base}/submit"), &[("declare", "yes")]).await.status, 404);
    let page = c.get(&format!("{base}/sections/attachments")).await.ok();
    let file = page.text.split("href=\"/files/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(file.parse::<PublicId>().is_ok());
    let sent = c.get(&format!("/files/{file}")).await;
    assert!(sent.status == 303 && sent.header("location").starts_with("https://files.example/f/"), "{}", sent.status);
    assert_eq!(other.get(&format!("/files/{file}")).await.status, 404);

    let mut entry = world.company("個人 見本", None, "entry").await;
    entry.token().await;
    let told = entry.post(&format!("/me/start?round={}", world.round), &[]).await;
    assert!(told.status == 422 && told.text.contains("GビズIDエントリーでは申請できません"), "{}", told.text);

    // One live case in a round: starting again leads to the same draft.
    assert_eq!(c.start(world.round).await, base);
    world.end().await;
}
