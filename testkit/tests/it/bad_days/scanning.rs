//! Days on which files wait for the virus scanner: nothing is shown before its verdict, and handing in never waits.

use hojo_access::Site;

use super::Desk;
use crate::client::{complete, pdf};
use crate::ground::{Ground, colleague, edition};

async fn quarantined() -> Desk {
    let mut ground = Ground::new().await;
    ground.quarantine = true;
    Desk::on(ground).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_shown_to_nobody_before_its_verdict_and_the_application_is_handed_in_meanwhile() {
    let mut desk = quarantined().await;
    desk.client.fill(&desk.base, &edition(), &complete(&edition())).await;
    let waiting = desk.sql.count("select count(*) from file_scans where state = 'waiting'").await;
    assert!(waiting > 0);
    let id = crate::sql::public(
        &desk.sql.one("select public_id from files where slot = 'att_supplement' or true limit 1").await,
    );
    let held = desk.client.get(&format!("/files/{id}")).await;
    assert!(held.status == 422 && held.has("ウイルス検査中"), "{}", held.said());
    let check = desk.client.get(&format!("{}/check", desk.base)).await.ok();
    assert!(check.has("ウイルス検査中のファイルがあります") && check.has("待たずに提出できます"), "{}", check.said());

    // The scanner is away: handing in goes on, and the office does not see the file yet.
    assert_eq!(desk.client.submit(&desk.base).await.status, 303);
    let (_, session) = colleague(&mut desk.sql, "丙川", "operator").await;
    let office = desk.house.client(Site::Office, &session);
    let case = crate::sql::public(&desk.sql.one("select public_id from cases").await);
    let file = format!("/cases/{case}/files/{id}");
    let seen = office.get(&file).await;
    assert!(seen.status == 422 && seen.has("ウイルス検査中"), "{}", seen.said());

    desk.sql.run("update file_scans set state = 'clean'").await;
    desk.house.handed(&office.get(&file).await).await.ok();
    desk.house.handed(&desk.client.get(&format!("/files/{id}")).await).await.ok();
    let made_before = office.get(&file).await;

    desk.sql.run("update file_scans set state = 'infected'; update files set state = 'quarantined'").await;
    let laid_aside = office.get(&file).await;
    assert!(laid_aside.status == 422 && laid_aside.has("隔離"), "{}", laid_aside.said());
    // A link that was made a moment before opens nothing any more either.
    assert_eq!(desk.house.handed(&made_before).await.status, 410);
    drop(office);
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_infected_file_stops_the_submission_by_name_and_costs_nothing_else() {
    let mut desk = quarantined().await;
    desk.client.fill(&desk.base, &edition(), &complete(&edition())).await;
    let path = format!("{}/files/att_supplement", desk.base);
    let up = desk.client.upload(&path, &[("att_supplement", "図表.pdf", &pdf("bad"))]).await.ok();
    assert!(up.has("確認中"), "{}", up.said());
    desk.sql.run("update file_scans set state = 'clean'; update file_scans set state = 'infected' where sha256 = (select sha256 from files where name = '図表.pdf' and state = 'accepted' order by uploaded_at desc limit 1); update files f set state = 'quarantined' from file_scans s where s.sha256 = f.sha256 and s.state = 'infected'").await;
    let refused = desk.client.submit(&desk.base).await;
    assert!(refused.status == 422 && refused.has("ウイルスが見つかりました"), "{}", refused.said());
    assert_eq!(desk.sql.count("select count(*) from submissions").await, 0);
    // The page of the section names the file and says what to do; taking it out mends it.
    let section =
        edition().procedure("application").unwrap().form.sections.iter().map(|s| s.id.clone()).collect::<Vec<_>>();
    let mut named = false;
    for s in section {
        named |= desk.client.get(&format!("{}/sections/{s}", desk.base)).await.has("このファイルは使えません");
    }
    assert!(named, "no page names the infected file");
    desk.end().await;
}
