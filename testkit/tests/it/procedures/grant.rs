//! 交付申請 from the adopted case to the grant: every hand it goes through, and what it changes.

use hojo_testkit::World;
use hojo_testkit::steps;
use sqlx::{Connection, Row};

use super::ground::{GRANT, adopted, begin, check, filing_of, fill_in, post, propose};

pub async fn granted(world: &World) {
    let case = adopted(world, &[1]).await.remove(0);
    let (company, me) = (case.applicant.browser.clone(), case.applicant.clone());
    assert!(company.get("/me").await.unwrap().links().contains(&format!("/cases/{}/procedures", case.case)));

    // What is owed stands first; the page begins the procedure.
    let life = company.get(&format!("/cases/{}/procedures", case.case)).await.unwrap();
    assert!(
        life.has("採択（交付申請前）") && life.has("期限のある手続") && life.has("交付申請を始める"),
        "{}",
        life.words()
    );
    let filing = filing_of(&begin(&company, case.case, GRANT).await);
    let base = format!("/filings/{filing}");

    // The expenses of the application are there, and said to be carried over.
    let expenses = company.get(&format!("{base}/sections/expenses")).await.unwrap();
    assert!(expenses.has("応募申請の内容を引き継いでいます"), "{}", expenses.words());
    assert!(!company.get(&base).await.unwrap().has("受付は"), "the round's window is not this procedure's");
    fill_in(world, &me, filing).await;
    let receipt = steps::submit(&company, &base).await.unwrap_or_else(|e| panic!("{e:#}"));
    assert!(receipt.has("交付申請を受け付けました") && !receipt.has("外部の審査員"), "{}", receipt.words());
    world.drain().await.unwrap();
    let run = world.case_of(filing).await.unwrap();
    assert_eq!(world.position(run).await.unwrap(), "check");
    let status = company.get(&format!("/cases/{run}")).await.unwrap();
    assert!(status.has("審査中") && status.has("PDF"), "{}", status.words());

    // Returned and mended: only what was remarked is open.
    let operator = world.staff("operator1").await.unwrap();
    steps::remark(&operator, run, "lines", "quote_expired").await.unwrap();
    steps::send_back(&operator, run).await.unwrap();
    world.drain().await.unwrap();
    assert_eq!(world.position(run).await.unwrap(), "returned");
    assert!(company.get("/me").await.unwrap().has("を直して再提出する"));
    steps::submit(&company, &base).await.unwrap_or_else(|e| panic!("{e:#}"));
    world.drain().await.unwrap();
    check(world, run).await;

    // Drafted by one. More than was asked for is refused, and what was typed stays.
    let drafter = world.staff("manager1").await.unwrap();
    let refused = propose(&drafter, run, "granted", Some("999,999,999"), "適正と認められるため").await;
    assert_eq!(refused.status, 422);
    assert!(refused.has("申請された金額以下") && refused.html().contains("999,999,999"), "{}", refused.words());
    let preview = propose(&drafter, run, "granted", None, "適正と認められるため").await.ok().unwrap();
    assert!(preview.has("案件の状態を「交付決定・補助事業実施中」にしました"), "{}", preview.words());
    drafter.press(&preview.form("/ruling").unwrap(), "起案する").await.unwrap().ok().unwrap();
    assert_eq!(world.position(run).await.unwrap(), "approve");

    // Nobody approves the own draft; another does; then 中小機構.
    let own = drafter.get(&format!("/cases/{run}/approve")).await.unwrap();
    assert!(own.has("あなたが起案した決定です") && own.form("/approve").is_err(), "{}", own.words());
    let second = world.staff("manager2").await.unwrap();
    assert!(second.get("/approvals").await.unwrap().links().contains(&format!("/cases/{run}/approve")));
    let form = second.get(&format!("/cases/{run}/approve")).await.unwrap().form("/approve").unwrap();
    second.press(&form, "決裁する").await.unwrap().ok().unwrap();
    assert_eq!(world.position(run).await.unwrap(), "consult");
    world.drain().await.unwrap();
    let mut db = world.superuser().await.unwrap();
    let asked = sqlx::query("select state, applicant_id from letters where kind = 'grant-request'")
        .fetch_one(&mut db)
        .await
        .unwrap();
    assert_eq!(asked.get::<String, _>("state"), "delivered");
    assert!(asked.get::<uuid::Uuid, _>("applicant_id").is_nil(), "the agency's letter is nobody's on the portal");
    assert!(!company.get("/letters").await.unwrap().has("承認依頼"));

    let agency = world.staff("supervisor").await.unwrap();
    let waiting = agency.get("/approvals").await.unwrap();
    assert!(waiting.has("中小機構の承認を待つ決定") && !waiting.has("決裁を待つ決定"), "{}", waiting.words());
    let form = agency.get(&format!("/cases/{run}/agency")).await.unwrap().form("/agency").unwrap();
    agency.press(&form, "承認する").await.unwrap().ok().unwrap();
    assert_eq!(world.position(run).await.unwrap(), "notify");
    // Nothing is told before its letter.
    assert!(company.get(&format!("/cases/{}/procedures", case.case)).await.unwrap().has("通知書を準備しています"));
    world.drain().await.unwrap();
    assert_eq!(world.position(run).await.unwrap(), "closed");

    // The case goes on: standing, staircase, history, on both sites.
    let life = company.get(&format!("/cases/{}/procedures", case.case)).await.unwrap();
    assert!(
        life.has("交付決定・補助事業実施中") && life.has("交付決定額") && life.has("終わった手続"),
        "{}",
        life.words()
    );
    assert!(company.get("/letters").await.unwrap().has("交付決定"));
    let desk = second.get(&format!("/cases/{}", case.case)).await.unwrap();
    assert!(
        desk.has("決定によって変わったこと") && desk.links().contains(&format!("/cases/{run}")),
        "{}",
        desk.words()
    );
    assert!(second.get(&format!("/cases/{run}")).await.unwrap().links().contains(&format!("/cases/{}", case.case)));
    let listed = second.get("/queue?procedure=grant-application").await.unwrap();
    assert!(
        listed.links().contains(&format!("/cases/{run}")) && !listed.links().contains(&format!("/cases/{}", case.case))
    );

    // A grant is applied for once.
    let again = super::ground::insist(&company, case.case, GRANT).await;
    assert_eq!(again.status, 422);
    assert!(again.has("一度だけ"), "{}", again.words());

    // 求め: the company finds a draft with its due date, and a mail.
    let demand = [("procedure", "status-report"), ("by", "demand"), ("due", "2099/01/01")];
    let asked = post(&operator, &format!("/cases/{}/begin", case.case), &demand).await;
    assert!(asked.location().unwrap().starts_with("/cases/"), "{}", asked.words());
    world.drain().await.unwrap();
    let mails = world.mail.sent();
    assert!(mails.iter().any(|m| m.subject.contains("状況報告の提出をお願いします")), "{mails:?}");
    let home = company.get("/me").await.unwrap();
    assert!(home.has("状況報告") && home.has("2099/01/01"), "{}", home.words());

    db.close().await.unwrap();
}
