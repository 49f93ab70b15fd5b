//! Who begins what, when, and who is shown it.

use hojo_testkit::World;
use hojo_testkit::steps;
use sqlx::Row;

use super::ground::{GRANT, adopted, begin, check, decide, filing_of, insist, post, propose, type_lapse};

#[tokio::test(flavor = "multi_thread")]
async fn a_procedure_begins_only_where_when_and_for_whom_it_may() {
    let world = World::new().await;
    let case = adopted(&world, &[1]).await.remove(0);
    let company = case.applicant.browser.clone();

    // Not in this standing: the reason is said, and stands on the page before anybody asks.
    let refused = insist(&company, case.case, "performance-report").await;
    assert_eq!(refused.status, 422);
    assert!(refused.has("今は始められない手続とその理由"), "{}", refused.words());
    // What only the office begins is not theirs to begin.
    assert_eq!(insist(&company, case.case, "adoption-lapse").await.status, 422);
    // Twice leads to the same draft.
    let first = filing_of(&begin(&company, case.case, GRANT).await);
    assert_eq!(filing_of(&insist(&company, case.case, GRANT).await), first);

    // Another company: the case does not exist.
    let other = world.applicant(2).await.unwrap().browser;
    assert_eq!(other.go(&format!("/cases/{}/procedures", case.case)).await.unwrap().status, 404);
    assert_eq!(insist(&other, case.case, GRANT).await.status, 404);
    assert_eq!(other.go(&format!("/filings/{first}")).await.unwrap().status, 404);

    // A draft given up leaves the case as it was.
    let form = company.get(&format!("/filings/{first}/discard")).await.unwrap().form("/discard").unwrap();
    let back = company.press(&form, "下書きを破棄する").await.unwrap().ok().unwrap();
    assert!(back.at.ends_with("/procedures") && back.has("交付申請を始める"), "{}: {}", back.at, back.words());
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_office_does_of_its_own_motion_is_hidden_and_what_it_asks_for_is_told() {
    let world = World::new().await;
    let case = adopted(&world, &[1]).await.remove(0);
    let company = case.applicant.browser.clone();
    let operator = world.staff("operator1").await.unwrap();
    let base = format!("/cases/{}/begin", case.case);

    let list = operator.get(&base).await.unwrap();
    assert!(
        list.has("採択取消") && list.has("事務局の発議") && list.has("今は始められない手続とその理由"),
        "{}",
        list.words()
    );
    let form =
        operator.get(&format!("{base}?procedure=adoption-lapse&by=office")).await.unwrap().form("/begin").unwrap();
    let page = operator.press(&form, "始めて入力する").await.unwrap().ok().unwrap();
    let filing = filing_of(&page);
    assert!(page.has("事業者には、この画面の内容は表示されません"), "{}", page.words());
    let run = world.case_of(filing).await.unwrap();

    // On the pages of the portal …
    for address in [format!("/filings/{filing}"), format!("/cases/{run}"), format!("/cases/{run}/procedures")] {
        assert_eq!(company.go(&address).await.unwrap().status, 404, "{address}");
    }
    for address in ["/me".to_owned(), format!("/cases/{}/procedures", case.case)] {
        assert!(!company.get(&address).await.unwrap().has("採択取消"), "{address}");
    }
    // … and in the rows themselves, whatever a page might ask for.
    let mut tx = world.house.portal_db.begin(&case.applicant.actor, hojo_db::Mode::Read).await.unwrap();
    for table in ["cases where public_id", "filings where public_id"] {
        let id = if table.starts_with("cases") { run } else { filing };
        let sql = format!("select count(*) as n from {table} = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id.uuid()).fetch_one(tx.sql()).await.unwrap();
        assert_eq!(row.get::<i64, _>("n"), 0, "{table}");
    }
    tx.commit().await.unwrap();
    world.drain().await.unwrap();

    // 求め comes later in the life: not now, and why.
    assert!(list.has("状況報告（事務局の求め）"), "{}", list.words());
    let demand = [("procedure", "status-report"), ("by", "demand"), ("due", "2099/01/01")];
    let refused = post(&operator, &base, &demand).await;
    assert_eq!(refused.status, 422);
    assert!(refused.has("交付決定を受けて"), "{}", refused.words());

    // 代行入力 needs the day it came; with it, the office types on behalf of the company, who sees it.
    let on_behalf = |extra: &[(&'static str, &'static str)]| {
        let mut fields = vec![("procedure", GRANT), ("by", "office_on_behalf"), ("channel", "paper")];
        fields.extend(extra);
        fields
    };
    // … but not beside the procedure that would take the adoption away, once that is filed; a draft hinders nobody.
    let missing = post(&operator, &base, &on_behalf(&[])).await;
    assert_eq!(missing.status, 422);
    assert!(missing.has("受領日"), "{}", missing.words());
    let today = world.today().await.unwrap();
    let began = post(&operator, &base, &on_behalf(&[("received_on", today.leak())])).await;
    let typed = began.location().unwrap();
    assert!(typed.starts_with("/intake/filings/"), "{typed}");
    let page = operator.get(&typed).await.unwrap();
    assert!(page.has("代理入力"), "{}", page.words());
    let life = company.get(&format!("/cases/{}/procedures", case.case)).await.unwrap();
    assert!(life.has("進行中の手続") && life.has("交付申請"), "{}", life.words());
    world.end().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_applicant_reads_the_letter_of_what_stays_hidden_and_answers_before_anything_is_taken_away() {
    let world = World::new().await;
    let case = adopted(&world, &[1]).await.remove(0);
    let company = case.applicant.browser.clone();
    let operator = world.staff("operator1").await.unwrap();
    let begin = format!("/cases/{}/begin", case.case);
    let lapse = [("procedure", "adoption-lapse"), ("by", "office")];

    // Looked into and left as it is: the letter comes, the file stays the office's own.
    let first = post(&operator, &begin, &lapse).await.location().unwrap();
    let filing = first.rsplit('/').next().unwrap().parse().unwrap();
    type_lapse(&world, filing).await;
    steps::submit(&operator, &first).await.unwrap_or_else(|e| panic!("{e:#}"));
    let run = world.case_of(filing).await.unwrap();
    // What it excludes may not begin meanwhile, and the reason does not tell of it.
    let busy = insist(&company, case.case, GRANT).await;
    assert_eq!(busy.status, 422);
    assert!(busy.has("事務局で確認していることがあるため") && !busy.has("採択取消"), "{}", busy.words());
    check(&world, run).await;
    // Nobody is deprived of anything unheard.
    let manager = world.staff("manager1").await.unwrap();
    let unheard = propose(&manager, run, "lapsed", None, "説明会に参加しなかったため").await;
    assert_eq!(unheard.status, 422);
    assert!(
        unheard.has("弁明を聴く必要があります") && unheard.html().contains("説明会に参加しなかったため"),
        "{}",
        unheard.words()
    );
    decide(&world, run, "kept", "次の説明会に参加する見込みがあるため").await;
    assert_eq!(company.go(&format!("/cases/{run}")).await.unwrap().status, 404);
    let letters = company.get("/letters").await.unwrap();
    let mut read = String::new();
    for link in letters.links().into_iter().filter(|l| l.starts_with("/letters/")) {
        read.push_str(&company.get(&link).await.unwrap().words());
    }
    assert!(read.contains("採択取消を行わない"), "{}", letters.words());

    // Again, and heard this time: what was hidden is theirs to answer now.
    let second = post(&operator, &begin, &lapse).await.location().unwrap();
    let filing = second.rsplit('/').next().unwrap().parse().unwrap();
    type_lapse(&world, filing).await;
    steps::submit(&operator, &second).await.unwrap_or_else(|e| panic!("{e:#}"));
    let run = world.case_of(filing).await.unwrap();
    steps::remark(&operator, run, "answer", "hear_guidance").await.unwrap();
    steps::send_back(&operator, run).await.unwrap();
    world.drain().await.unwrap();
    let base = format!("/filings/{filing}");
    assert!(company.get("/me").await.unwrap().has("採択取消"));
    let section = "ground";
    steps::change(&company, &base, section, "answer", "病気のため参加できませんでした。").await.unwrap();
    steps::submit(&company, &base).await.unwrap_or_else(|e| panic!("{e:#}"));
    world.drain().await.unwrap();
    check(&world, run).await;
    decide(&world, run, "lapsed", "説明会に参加せず、やむを得ない事由も認められないため").await;

    // The case is over, and nothing that needs a living one begins.
    let life = company.get(&format!("/cases/{}/procedures", case.case)).await.unwrap();
    assert!(life.has("採択取消") && !life.has("交付申請を始める"), "{}", life.words());
    let refused = insist(&company, case.case, GRANT).await;
    assert_eq!(refused.status, 422);
    assert!(refused.has("のため、交付申請はできません"), "{}", refused.words());
    world.end().await.unwrap();
}
