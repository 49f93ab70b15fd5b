//! Deadlines and rules by two people; definitions to read.

use hojo_access::Permission::{LowerRule, MoveDeadline, ViewCase, ViewDefinitions};

use crate::client::escape;
use crate::world::World;

#[tokio::test]
async fn a_deadline_moves_when_two_people_agree() {
    let w = World::new().await;
    let (_, a) = w.staff("管理 一郎", &[ViewCase, MoveDeadline]).await;
    let (_, b) = w.staff("管理 二郎", &[ViewCase, MoveDeadline]).await;
    w.filed(1, "株式会社見本精密").await;
    let path = format!("/rounds/{}/deadline", w.round);
    a.get("/rounds").await.says(200, &["第1回公募", "受付中", "2026/10/30 18:00:00"]);
    a.get(&path).await.says(200, &["締切を変更したことはありません"]);
    let typed = [("scope", "all"), ("day", "2026/11/06"), ("clock", "18:00"), ("reason", "認証の障害のため")];
    a.post(&path, &[("scope", "all"), ("day", "2026/10/01"), ("clock", "18:00"), ("reason", "残る理由")])
        .await
        .says(422, &["過去の日時", "残る理由"]);
    a.post(&path, &[&typed[..], &[("stage", "preview")]].concat())
        .await
        .says(200, &["新しい締切は2026/11/06 18:00です", "起案する"]);
    a.post(&path, &[&typed[..], &[("stage", "confirm")]].concat()).await.to();
    b.get("/").await.says(200, &["締切の変更（第1回公募）の承認"]);
    let page = b.get(&path).await.says(200, &["承認を待っている起案", "承認する"]);
    let start = page.text.find(&format!("{path}/")).unwrap();
    let decide = page.text[start..].split('"').next().unwrap().to_owned();
    a.post(&decide, &[("decision", "approve")]).await.says(422, &["起案した人は承認できません"]);
    a.get("/rounds").await.says(200, &["2026/10/30 18:00:00", "承認待ち1件"]);
    b.post(&decide, &[("decision", "approve")]).await.to();
    a.get("/rounds").await.says(200, &["2026/11/06 18:00:00", "当初"]);
    b.post(&decide, &[("decision", "refuse")]).await.says(422, &["すでに処理されています"]);
    // Everybody reads it: the notice is there with the approval.
    assert_eq!(w.count("select count(*) from notices where site = 'portal' and level = 'warning' and shown_to = '2026-11-06 18:00+09'").await, 1);

    let search =
        b.get(&format!("{path}?search={}", escape("見本"))).await.says(200, &["株式会社見本精密", "R1-000001"]);
    let who = search.hidden("applicant");
    let one = [
        ("scope", "one"),
        ("applicant", who.as_str()),
        ("search", "見本"),
        ("day", "2026/11/13"),
        ("clock", "12:00"),
        ("reason", "被災のため"),
        ("stage", "confirm"),
    ];
    b.post(&path, &one).await.to();
    let page = a.get(&path).await.says(200, &["被災のため", "株式会社見本精密"]);
    let start = page.text.find(&format!("{path}/")).unwrap();
    a.post(page.text[start..].split('"').next().unwrap(), &[("decision", "approve")]).await.to();
    assert_eq!(w.count("select count(*) from notices").await, 1, "one applicant's deadline is told to nobody else");
    a.get("/rounds").await.says(200, &["2026/11/06 18:00:00"]);
    w.end().await;
}

#[tokio::test]
async fn a_rule_is_lowered_by_two_and_raised_again() {
    let w = World::new().await;
    let (_, a) = w.staff("管理 一郎", &[ViewCase, ViewDefinitions, LowerRule]).await;
    let (_, b) = w.staff("管理 二郎", &[ViewCase, ViewDefinitions, LowerRule]).await;
    w.filed(1, "株式会社見本精密").await;
    a.get("/rules").await.says(200, &["ELIG-SME", "1件"]);
    let path = format!("/rules/{}/application/ELIG-SME", w.round);
    a.get(&path).await.says(200, &["引下げを起案する", "この規則で提出を止められた記録はありません"]);
    a.get(&format!("{path}?drafts=1")).await.says(200, &["新しい下書き200件の中に"]);
    a.post(&path, &[("reason", " ")]).await.says(422, &["理由が入力されていません"]);
    a.post(&path, &[("reason", "実際の中小企業者を止めているため")]).await.to();
    b.post(&path, &[("reason", "もう一度")]).await.says(422, &["すでに起案されているか"]);
    let id = b.get(&path).await.says(200, &["承認する"]).hidden("lowering");
    let decide = format!("{path}/decide");
    a.post(&decide, &[("lowering", &id), ("decision", "approve")]).await.says(422, &["起案した人は承認できません"]);
    b.post(&decide, &[("lowering", &id), ("decision", "approve")]).await.to();
    let in_force = "select count(*) from rule_lowerings where approved_at is not null and ended_at is null";
    assert_eq!(w.count(in_force).await, 1);
    a.get("/rules").await.says(200, &["確認に引下げ中"]);
    a.post(&decide, &[("lowering", &id), ("decision", "end")]).await.to();
    assert_eq!(w.count(in_force).await, 0);
    assert_eq!(a.get(&format!("/rules/{}/application/NOTHING", w.round)).await.status, 404);
    w.end().await;
}

#[tokio::test]
async fn definitions_are_read() {
    let w = World::new().await;
    let (_, a) = w.staff("管理 一郎", &[ViewCase, ViewDefinitions]).await;
    a.get("/definitions").await.says(200, &["第1回公募"]);
    a.get(&format!("/definitions/{}", w.round)).await.says(200, &["応募申請", "補助上限額"]);
    a.get(&format!("/definitions/{}/application", w.round)).await.says(200, &["事業計画名", "流れ図"]);
    assert_eq!(a.get(&format!("/definitions/{}/nothing", w.round)).await.status, 404);
    w.end().await;
}
