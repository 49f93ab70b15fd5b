//! Saving: nothing typed is lost, nobody is overwritten unasked, bad files stay out.

use crate::client::pdf;
use crate::world::World;
use crate::{COMPANY, NUMBER};

async fn draft(world: &World) -> (crate::client::Client, String) {
    let mut c = world.company(COMPANY, NUMBER, "prime").await;
    c.token().await;
    let base = c.start(world.round).await;
    (c, base)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_typed_comes_back_whatever_it_is() {
    let world = World::new().await;
    let (c, base) = draft(&world).await;
    let path = format!("{base}/sections/outline");
    let version = c.get(&path).await.ok().hidden("_version");
    let strange = "😀𠮷野家 <script> \"q\" & ｶﾅ １２３";
    let typed = [
        ("_version", version.as_str()),
        ("_action", "list"),
        ("plan_title", strange),
        ("plan_summary", "一行目\r\n二行目\0終わり"),
    ];
    assert_eq!(c.post(&path, &typed).await.to(), base);
    let page = c.get(&path).await.ok();
    assert!(page.text.contains("😀𠮷野家 &lt;script&gt; &quot;q&quot; &amp; ｶﾅ １２３"), "{}", page.text);
    assert!(page.text.contains("一行目\n二行目"), "{}", page.text);
    assert!(page.text.contains("U+FFFD"), "what stands for the NUL is named: {}", page.text);

    // Too much for any form is refused in words, and the draft stays.
    let huge = "あ".repeat(1_000_000);
    let refused = c.post(&path, &[("_version", "2"), ("plan_title", &huge)]).await;
    assert!(matches!(refused.status, 400 | 413) && refused.text.contains("大きすぎます"), "{}", refused.status);
    assert!(c.get(&path).await.ok().text.contains("𠮷野家"));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_to_save_sees_both_texts_and_decides() {
    let world = World::new().await;
    let (c, base) = draft(&world).await;
    let path = format!("{base}/sections/outline");
    let auto = format!("{path}/autosave");
    let first = c.post_with(&auto, &[("plan_title", "先の題")], &[("x-hojo-version", "1")]).await.ok();
    assert_eq!(first.header("x-hojo-version"), "2");
    assert_eq!(first.header("x-hojo-saved-at").len(), 5);
    assert!(first.text.contains("f-plan_title-error"), "{}", first.text);

    let stale = c.post_with(&auto, &[("plan_title", "後の題")], &[("x-hojo-version", "1")]).await;
    assert_eq!(stale.status, 409, "{}", stale.text);
    let told: serde_json::Value = serde_json::from_str(&stale.text).unwrap();
    assert_eq!((told["version"].as_i64(), told["values"][0]["theirs"].as_str()), (Some(2), Some("先の題")), "{told}");
    assert_eq!(told["by"], "株式会社見本精機 担当");

    // The same text twice is no conflict.
    assert_eq!(c.post_with(&auto, &[("plan_title", "先の題")], &[("x-hojo-version", "1")]).await.status, 200);

    let page = c.post(&path, &[("_version", "1"), ("plan_title", "後の題")]).await;
    assert_eq!(page.status, 409);
    assert!(page.text.contains("先の題") && page.text.contains("value=\"後の題\""), "{}", page.text);
    assert_eq!(page.hidden("_version"), "2");
    c.post(&path, &[("_version", "2"), ("_action", "list"), ("plan_title", "後の題")]).await.to();
    assert!(c.get(&path).await.ok().text.contains("value=\"後の題\""));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_and_addresses_work_without_scripts() {
    let world = World::new().await;
    let (c, base) = draft(&world).await;
    let path = format!("{base}/sections/officers_section");
    let add = [
        ("_version", "1"),
        ("_has", "officers"),
        ("officers[0].officer_name", "見本 太郎"),
        ("_action", "add:officers"),
    ];
    let back = c.post(&path, &add).await.to();
    assert!(back.ends_with("#f-officers"), "{back}");
    let page = c.get(&path).await.ok();
    assert!(page.text.contains("officers[1].officer_name") && page.text.contains("見本 太郎"), "{}", page.text);

    let site = format!("{base}/sections/applicant");
    let asked = c
        .post(&site, &[("_version", "1"), ("postal_code", "１０５－０００１"), ("_action", "postal:postal_code")])
        .await
        .to();
    assert!(asked.contains("postal=postal_code"), "{asked}");
    let json = c.get("/masters/postal?code=105-0001").await.ok();
    assert_eq!(json.text, r#"[{"prefecture":"13","prefecture_name":"東京都","address":"東京都港区虎ノ門"}]"#);
    let banks = c.get("/masters/banks?q=%E3%81%BF%E3%81%BB").await.ok();
    assert_eq!(banks.text, r#"[{"code":"0001","name":"みほん銀行"}]"#);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_taken_replaced_removed_or_refused_with_the_reason() {
    let world = World::new().await;
    let (c, base) = draft(&world).await;
    let (path, up) = (format!("{base}/sections/attachments"), format!("{base}/files/att_supplement"));
    let first = c.upload(&up, &[], &[("att_supplement", "図表.pdf", &pdf("1"))], true).await.ok();
    assert!(first.text.contains("図表.pdf") && first.text.contains("受け取りました"), "{}", first.text);
    for (name, bytes, why) in [
        ("a.pdf", b"MZ\x90".to_vec(), "形式"),
        ("a.pdf", Vec::new(), "空です"),
        ("a.png", pdf("2"), "末尾"),
        ("a.pdf", pdf("3")[..60].to_vec(), "開けません"),
    ] {
        let refused = c.upload(&up, &[], &[("att_supplement", name, &bytes)], true).await;
        assert!(refused.status == 422 && refused.text.contains(why), "{name} {why}: {}", refused.text);
        assert!(refused.text.contains("図表.pdf"), "the accepted file stays listed");
    }
    // Without scripts: the page comes back with the reason in its summary, and the typed text is saved.
    let version = c.get(&path).await.ok().hidden("_version");
    let refused = c.upload(&up, &[("_version", &version)], &[("att_supplement", "b.pdf", b"nothing")], false).await;
    assert!(
        refused.status == 422 && refused.text.contains("error-summary") && refused.text.contains("b.pdf"),
        "{}",
        refused.text
    );

    // One slot, one file: the second replaces the first, whose row stays.
    c.upload(&up, &[], &[("att_supplement", "新しい図表.pdf", &pdf("4"))], true).await.ok();
    let page = c.get(&path).await.ok();
    assert!(page.text.contains("新しい図表.pdf") && !page.text.contains(">図表.pdf"), "{}", page.text);
    assert_eq!(world.count("select count(*) from files where state = 'replaced'").await, 1);
    assert_eq!(world.count("select count(*) from files where state = 'refused'").await, 5);
    // An upload is no reason to call the typed text stale.
    assert_eq!(page.hidden("_version"), version);

    let file = page.text.split("remove-file:att_supplement:").nth(1).unwrap().split('"').next().unwrap().to_owned();
    c.post(&path, &[("_version", &version), ("_action", &format!("remove-file:att_supplement:{file}"))]).await.to();
    assert!(!c.get(&path).await.ok().text.contains("新しい図表.pdf"));
    assert_eq!(world.count("select count(*) from files where state = 'removed'").await, 1);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sheet_is_shown_before_it_replaces_anything() {
    let world = World::new().await;
    let (c, base) = draft(&world).await;
    let template = c.get(&format!("{base}/template/lines")).await.ok();
    assert!(template.header("content-type").contains("spreadsheetml"));
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (at, head) in ["費目", "品名・内容", "(B)補助対象経費（税抜）"].iter().enumerate() {
        sheet.write_string(0, u16::try_from(at).unwrap(), *head).unwrap();
    }
    sheet.write_string(1, 0, "機械装置・システム構築費").unwrap();
    sheet.write_string(1, 1, "複合加工機").unwrap();
    sheet.write_formula(1, 2, rust_xlsxwriter::Formula::new("=10*3000000").set_result("30000000")).unwrap();
    sheet.write_string(2, 0, "飲食費").unwrap();
    sheet.write_string(2, 1, "懇親会").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let preview = c.upload(&format!("{base}/import/lines"), &[], &[("import", "経費.xlsx", &bytes)], false).await.ok();
    assert!(
        preview.text.contains("まだ何も置き換えていません") && preview.text.contains("「飲食費」は選択肢にありません"),
        "{}",
        preview.text
    );
    assert!(!c.get(&format!("{base}/sections/expenses")).await.ok().text.contains("複合加工機 "));
    let (version, rows) = (preview.hidden("_version"), preview.hidden("rows"));
    c.post(&format!("{base}/import/lines/confirm"), &[("_version", &version), ("rows", &rows)]).await.to();
    let page = c.get(&format!("{base}/sections/expenses")).await.ok();
    assert!(page.text.contains("value=\"複合加工機\"") && page.text.contains("30,000,000"), "{}", page.text);
    let other =
        c.upload(&format!("{base}/import/lines"), &[], &[("import", "x.xlsx", b"PK\x03\x04 broken")], false).await;
    assert_eq!(other.status, 422);
    world.end().await;
}
