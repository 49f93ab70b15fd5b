//! Checklist, remarks, return, two people, exclusion, moving, withdrawing.

use hojo_access::Permission::{
    AllowAfterthought, CheckFiling, ExcludeCase, IntakeFiling, MoveCase, ReturnFiling, ViewCase, ViewProgress,
};
use hojo_words::ids::PublicId;

use crate::client::Client;
use crate::world::World;

/// Every item fits.
fn all_fit(w: &World) -> Vec<(String, String)> {
    let list = w.edition.procedure("application").unwrap().checklist.clone().unwrap();
    list.items.iter().map(|i| (format!("item_{}", i.id), "fits".to_owned())).collect()
}

async fn tick(w: &World, who: &Client, case: PublicId, version: &str) -> u16 {
    let mut pairs = all_fit(w);
    pairs.extend([("_version".to_owned(), version.to_owned()), ("note".to_owned(), "引き継ぎます".to_owned())]);
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    who.post(&format!("/cases/{case}/examine/checklist"), &pairs).await.status
}

#[tokio::test]
async fn a_filing_is_examined_remarked_and_returned() {
    let w = World::new().await;
    let (_, a) = w.staff("佐藤 一郎", &[ViewCase, CheckFiling, ReturnFiling]).await;
    let (_, b) = w.staff("鈴木 花子", &[ViewCase, CheckFiling]).await;
    let (case, file) = w.filed(1, "株式会社見本精密").await;
    let base = format!("/cases/{case}");

    a.get(&format!("{base}/examine?file={file}&remark=lines"))
        .await
        .says(200, &["概況説明書.pdf", "<iframe", "「経費明細表」への指摘", "文例", "未確認"]);
    assert_eq!(tick(&w, &a, case, "0").await, 303);
    // Somebody who opened the page earlier is told, and keeps what they typed.
    let stale = b
        .post(
            &format!("{base}/examine/checklist"),
            &[("_version", "0"), ("item_sme", "fails"), ("memo_sme", "私のメモ")],
        )
        .await;
    stale.says(409, &["佐藤 一郎さんが先に保存しました", "私のメモ", "name=\"_version\" value=\"1\""]);
    let saved = a
        .post_with(&format!("{base}/examine/autosave"), &[("item_sme", "fails")], &[("x-hojo-version", "1")])
        .await
        .says(200, &["check-progress"]);
    assert_eq!(saved.header("x-hojo-version"), "2");
    b.post_with(&format!("{base}/examine/autosave"), &[("item_sme", "fits")], &[("x-hojo-version", "1")])
        .await
        .says(409, &["\"version\":2", "不適合"]);

    a.get(&format!("{base}/return")).await.says(200, &["送る指摘がまだありません"]);
    a.post(&format!("{base}/examine/remarks"), &[("target", "lines"), ("row", "x"), ("text", "書きかけの指摘")])
        .await
        .says(422, &["行の番号", "書きかけの指摘"]);
    a.post(
        &format!("{base}/examine/remarks"),
        &[
            ("target", "lines"),
            ("row", "1"),
            ("column", "category"),
            ("text", "費目を直してください。"),
            ("severity", "must"),
        ],
    )
    .await
    .to();
    a.post(&format!("{base}/examine/remarks"), &[("target", "section:attachments"), ("text", "消す指摘")]).await.to();
    let page = a.get(&format!("{base}/examine")).await.says(200, &["費目を直してください。", "消す指摘"]);
    let drop = page.text.match_indices("/drop\"").last().unwrap().0;
    let start = page.text[..drop].rfind("/cases/").unwrap();
    a.post(&page.text[start..drop + 5], &[]).await.to();
    assert_eq!(w.count("select count(*) from remarks where state = 'dropped'").await, 1);

    a.post(&format!("{base}/examine/finish"), &[("submission", "1"), ("_version", "2"), ("result", "passed")])
        .await
        .says(422, &["不適合の項目が1件"]);
    let preview = a.get(&format!("{base}/return")).await.says(200, &["費目を直してください。", "value=\"2026/11/04\""]);
    let seen = preview.hidden("seen");
    a.post(&format!("{base}/return"), &[("submission", "1"), ("seen", &seen), ("due", "2026/12/31")])
        .await
        .says(422, &["期限が正しくありません", "2026/12/31"]);
    a.post(&format!("{base}/return"), &[("submission", "1"), ("seen", "other"), ("due", "2026/11/04")])
        .await
        .says(422, &["指摘が変わっています"]);
    b.post(&format!("{base}/return"), &[("submission", "1"), ("seen", &seen), ("due", "2026/11/04")])
        .await
        .says(403, &["差し戻す"]);
    a.post(&format!("{base}/return"), &[("submission", "1"), ("seen", &seen), ("due", "令和8年11月4日")]).await.to();
    for (sql, n) in [
        ("select count(*) from cases where position = 'returned' and due_on = '2026-11-04'", 1),
        ("select count(*) from filings where state = 'returned'", 1),
        ("select count(*) from remarks where state = 'sent' and target like 'lines[0].category'", 1),
        ("select count(*) from examinations where result = 'returned'", 1),
        (
            "select count(*) from jobs where kind = 'letter' and payload ->> 'letter' = 'return-notice' and payload ->> 'cause' = 'return:1'",
            1,
        ),
        ("select count(*) from jobs where kind = 'mail' and payload ->> 'template' = 'returned'", 1),
    ] {
        assert_eq!(w.count(sql).await, n, "{sql}");
    }
    a.get("/queue?step=returned").await.says(200, &["2026/11/04"]);
    a.get(&format!("{base}/examine")).await.says(200, &["この画面では見るだけです"]);
    w.end().await;
}

#[tokio::test]
async fn what_an_earlier_check_let_pass_is_remarked_on_only_with_a_second_person() {
    let w = World::new().await;
    let (_, a) = w.staff("佐藤 一郎", &[ViewCase, CheckFiling, ReturnFiling]).await;
    let (_, b) = w.staff("三浦 恵子", &[ViewCase, CheckFiling, ReturnFiling, AllowAfterthought, ViewProgress]).await;
    let (case, _) = w.filed(1, "株式会社見本精密").await;
    let base = format!("/cases/{case}");
    let remarks = format!("{base}/examine/remarks");
    a.post(&remarks, &[("target", "lines"), ("text", "費目を直してください。")]).await.to();
    let seen = a.get(&format!("{base}/return")).await.hidden("seen");
    a.post(&format!("{base}/return"), &[("submission", "1"), ("seen", &seen), ("due", "2026/11/04")]).await.to();
    w.refiled(case, "plan_title", "直した計画名").await;

    // Asked before, or changed since: as ever.
    a.get(&format!("{base}/examine?remark=lines")).await.lacks("grounds");
    a.post(&remarks, &[("target", "lines"), ("row", "1"), ("text", "まだ直っていません。")]).await.to();
    a.post(&remarks, &[("target", "plan_title"), ("text", "計画名が長すぎます。")]).await.to();
    // Passed, and left alone: only with grounds and another person.
    a.get(&format!("{base}/examine?remark=employees"))
        .await
        .says(200, &["前回の形式確認を通った項目", "name=\"grounds\""]);
    a.post(&remarks, &[("target", "employees"), ("text", "人数の根拠がありません。")])
        .await
        .says(422, &["今になって指摘する理由", "人数の根拠がありません。"]);
    a.post(
        &remarks,
        &[("target", "employees"), ("text", "人数の根拠がありません。"), ("grounds", "名簿との違いに気づいた")],
    )
    .await
    .to();
    let page = a.get(&format!("{base}/return")).await.says(200, &["後出し（承認待ち）"]);
    let send = |seen: String| [("submission", "2".to_owned()), ("seen", seen), ("due", "2026/11/04".to_owned())];
    let fields = send(page.hidden("seen"));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    a.post(&format!("{base}/return"), &fields).await.says(422, &["まだ承認されていません"]);

    b.get("/").await.says(200, &["後出しの指摘の承認"]);
    let allow = b.get(&format!("{base}/examine")).await.says(200, &["名簿との違いに気づいた"]).action("/allow");
    a.post(&allow, &[]).await.says(403, &["後出しの指摘を承認する"]);
    b.post(&allow, &[]).await.to();
    b.post(&allow, &[]).await.says(422, &["この指摘は承認できません"]);
    a.get(&format!("{base}/examine")).await.says(200, &["後出し（三浦 恵子が承認）"]);
    a.post(&format!("{base}/return"), &fields).await.to();
    assert_eq!(
        w.count("select count(*) from remarks where afterthought and state = 'sent' and allowed_by is not null").await,
        1
    );

    b.get("/returns/causes").await.says(200, &["応募申請", "経費明細表", "100.0 %"]);
    a.get("/returns/causes").await.says(403, &["進捗と金額"]);
    w.end().await;
}

#[tokio::test]
async fn two_people_pass_a_filing_and_two_people_exclude_one() {
    let w = World::new().await;
    let all = [ViewCase, CheckFiling, ExcludeCase];
    let (_, a) = w.staff("佐藤 一郎", &all).await;
    let (_, b) = w.staff("鈴木 花子", &all).await;
    let (_, c) = w.staff("高橋 三郎", &[ViewCase, CheckFiling]).await;
    let (good, _) = w.filed(1, "株式会社見本精密").await;
    let (bad, _) = w.filed(2, "対象外株式会社").await;

    let finish = format!("/cases/{good}/examine/finish");
    a.get(&finish).await.says(200, &["一次の形式確認の結果"]);
    assert_eq!(tick(&w, &a, good, "0").await, 303);
    a.post(&finish, &[("submission", "1"), ("_version", "0"), ("result", "passed")])
        .await
        .says(422, &["確認票が保存されています"]);
    a.post(&finish, &[("submission", "1"), ("_version", "1"), ("result", "passed")]).await.to();
    let second = format!("/cases/{good}/examine/second");
    b.get(&second).await.says(200, &["佐藤 一郎", "引き継ぎます", "適合"]);
    a.post(&second, &[("submission", "1"), ("first", "passed"), ("agrees", "yes")])
        .await
        .says(422, &["一次の形式確認をした人は"]);
    b.post(&second, &[("submission", "1"), ("first", "passed"), ("agrees", "no")])
        .await
        .says(422, &["理由が入力されていません"]);
    b.post(
        &second,
        &[("submission", "1"), ("first", "passed"), ("agrees", "no"), ("reason", "業種の根拠を確かめてください")],
    )
    .await
    .to();
    assert_eq!(w.count("select count(*) from cases where position = 'check' and number = 'R1-000001'").await, 1);
    a.get(&format!("/cases/{good}")).await.says(200, &["業種の根拠を確かめてください"]);
    let version = a.get(&finish).await.hidden("_version");
    a.post(&finish, &[("submission", "1"), ("_version", &version), ("result", "passed")]).await.to();
    b.post(&second, &[("submission", "1"), ("first", "passed"), ("agrees", "yes")]).await.to();
    assert_eq!(w.count("select count(*) from cases where position = 'examine' and number = 'R1-000001'").await, 1);

    assert_eq!(tick(&w, &a, bad, "0").await, 303);
    let finish = format!("/cases/{bad}/examine/finish");
    a.post(&finish, &[("submission", "1"), ("_version", "1"), ("result", "excluded")])
        .await
        .says(422, &["理由が入力されていません"]);
    c.post(&finish, &[("submission", "1"), ("_version", "1"), ("result", "excluded"), ("reason", "x")])
        .await
        .says(422, &["権限がありません"]);
    a.post(
        &finish,
        &[("submission", "1"), ("_version", "1"), ("result", "excluded"), ("reason", "補助の対象とならない事業です。")],
    )
    .await
    .to();
    let second = format!("/cases/{bad}/examine/second");
    c.post(&second, &[("submission", "1"), ("first", "excluded"), ("agrees", "yes")])
        .await
        .says(422, &["権限がありません", "補助の対象とならない事業です。"]);
    assert_eq!(w.count("select count(*) from jobs").await, 0);
    b.post(&second, &[("submission", "1"), ("first", "excluded"), ("agrees", "yes")]).await.to();
    for (sql, n) in [
        ("select count(*) from cases where position = 'notify' and outcome = 'excluded'", 1),
        (
            "select count(*) from jobs where kind = 'letter' and payload ->> 'letter' = 'exclusion-notice' and payload ->> 'cause' = 'outcome'",
            1,
        ),
        ("select count(*) from examinations where step = 'second' and result = 'excluded'", 1),
    ] {
        assert_eq!(w.count(sql).await, n, "{sql}");
    }
    w.end().await;
}

#[tokio::test]
async fn irregular_cases_are_moved_and_withdrawn_after_a_preview() {
    let w = World::new().await;
    let (_, m) = w.staff("管理 太郎", &[ViewCase, MoveCase, IntakeFiling]).await;
    let (case, _) = w.filed(1, "株式会社見本精密").await;
    let path = format!("/cases/{case}/move");
    m.get(&path).await.says(200, &["動かす先の工程"]);
    m.post(&path, &[("to", "examine"), ("reason", ""), ("stage", "preview")])
        .await
        .says(422, &["理由が入力されていません"]);
    m.post(&path, &[("to", "second_check"), ("reason", "x"), ("stage", "preview")])
        .await
        .says(422, &["一次の形式確認が済んでいません"]);
    let preview = m
        .post(&path, &[("to", "examine"), ("reason", "紙で確認済みのため"), ("stage", "preview")])
        .await
        .says(200, &["外部審査員の審査に進みます", "紙で確認済みのため"]);
    assert_eq!(w.count("select count(*) from cases where position = 'check'").await, 1);
    let seq = preview.hidden("seq");
    m.post(&path, &[("to", "examine"), ("reason", "紙で確認済みのため"), ("stage", "confirm"), ("seq", &seq)])
        .await
        .to();
    assert_eq!(w.count("select count(*) from cases where position = 'examine'").await, 1);

    let path = format!("/cases/{case}/withdraw");
    let typed = [
        ("channel", "mail"),
        ("received", "2026/10/27"),
        ("person", "代表取締役 見本 太郎"),
        ("reason", "計画の見直し"),
    ];
    m.post(&path, &typed[..3]).await.says(422, &["理由が入力されていません", "代表取締役 見本 太郎"]);
    m.post(&path, &[&typed[..], &[("stage", "preview")]].concat()).await.says(200, &["元に戻せません"]);
    m.post(&path, &[&typed[..], &[("stage", "confirm")]].concat()).await.to();
    assert_eq!(w.count("select count(*) from cases where position = 'withdrawn'").await, 1);
    assert_eq!(w.count("select count(*) from filings where state = 'withdrawn'").await, 1);
    w.end().await;
}
