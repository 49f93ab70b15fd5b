//! What people and programs type.

use axum::body::Body;

use super::Desk;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn full_width_digits_are_numbers() {
    let mut desk = Desk::empty().await;
    let path = format!("{}/sections/applicant", desk.base);
    let version = desk.client.get(&path).await.ok().hidden("_version");
    let typed = [
        ("_version", version.as_str()),
        ("_action", "list"),
        ("capital", "１２，３４５，０００円"),
        ("postal_code", "１０５ー０００１"),
    ];
    let answer = desk.client.post(&path, &typed).await;
    assert!(matches!(answer.status, 303 | 422), "{}", answer.said());
    // Kept as typed, read as a number.
    let stored = desk.sql.one("select answers ->> 'capital' from draft_sections where section = 'applicant'").await;
    assert_eq!(stored, "１２，３４５，０００円");
    let page = desk.client.get(&format!("{path}?from=check")).await.ok().text();
    let error =
        page.split("id=\"f-capital-error\"").nth(1).map(|t| t.split("</").next().unwrap_or_default().to_owned());
    assert!(error.as_deref().is_none_or(|e| !e.contains("数字")), "{error:?}");
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn emoji_rare_characters_and_markup_come_back_as_typed_and_a_nul_is_named() {
    let desk = Desk::empty().await;
    let path = format!("{}/sections/outline", desk.base);
    let strange = "😀👨‍👩‍👧𠮷野家 <script>alert(1)</script> \"q\" & ｶﾅ \u{202e}逆";
    let typed = [("_version", "1"), ("_action", "list"), ("plan_title", strange), ("plan_summary", "一\r\n二\0三")];
    desk.client.post(&path, &typed).await.to();
    let page = desk.client.get(&path).await.ok();
    assert!(page.has("😀👨‍👩‍👧𠮷野家 &lt;script&gt;alert(1)&lt;/script&gt; &quot;q&quot; &amp; ｶﾅ"), "{}", page.text());
    assert!(!page.has("<script>alert"));
    assert!(page.has("U+FFFD"), "what stands for the NUL is named");
    // Bytes that are no text at all are taken for what they are, and nothing breaks.
    let raw = desk
        .client
        .request("POST", &format!("{path}/autosave"))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-csrf-token", &desk.client.csrf)
        .header("x-hojo-version", "2")
        .body(Body::from("plan_title=%FF%FE%C3%28&%00=%00&=&&&plan_title[=1"))
        .unwrap();
    let answer = desk.client.send(raw).await;
    assert!(matches!(answer.status, 200 | 409 | 422), "{}", answer.said());
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_megabytes_of_text_are_refused_in_words_and_the_draft_stays() {
    let desk = Desk::empty().await;
    let path = format!("{}/sections/outline", desk.base);
    desk.client.post(&path, &[("_version", "1"), ("plan_title", "先の題"), ("_action", "list")]).await.to();
    let huge = "a".repeat(10 * 1024 * 1024);
    for address in [path.clone(), format!("{path}/autosave")] {
        let refused = desk
            .client
            .post_with(&address, &[("_version", "2"), ("plan_title", &huge)], &[("x-hojo-version", "2")])
            .await;
        assert_eq!(refused.status, 413, "{}", refused.said());
        // The words of the page and those of the script (`autosave.ts`) are the same; both say where the text is.
        assert!(
            refused.has("入力が大きすぎます。文字数を減らす") && refused.has("入力した内容が残っています"),
            "{}",
            refused.said()
        );
    }
    // Under the limit of a form but over the field's: kept, and said where.
    let long = "あ".repeat(100_000);
    let kept = desk.client.post(&path, &[("_version", "2"), ("plan_summary", &long), ("_action", "next")]).await;
    assert!(kept.status == 422 && kept.has("文字"), "{}", kept.status);
    let many: String = (0..30_000).map(|n| format!("f{n}=1&")).collect();
    let request = desk.client.request("POST", &path).header("content-type", "application/x-www-form-urlencoded");
    let refused =
        desk.client.send(request.header("x-csrf-token", &desk.client.csrf).body(Body::from(many)).unwrap()).await;
    assert_eq!(refused.status, 413, "30,000 fields");
    assert!(desk.client.get(&path).await.ok().has("先の題"));
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_field_names_and_row_numbers_cost_nothing_and_change_nothing_else() {
    let mut desk = Desk::empty().await;
    let path = format!("{}/sections/officers_section", desk.base);
    let before = desk.sql.one("select md5(string_agg(d::text, '' order by section)) from draft_sections d where section <> 'officers_section'").await;
    let names = [
        "officers[999999999999999999].officer_name",
        "officers[18446744073709551616].officer_name",
        "officers[-1].officer_name",
        "officers[0].__proto__",
        "officers[0].officer_name.x",
        "officers[[0]].officer_name",
        "officers[0]",
        "officers",
        "capital",
        "plan_title",
        "requested",
        "account.name",
        "round.closes",
        "_version[0]",
        "'; drop table cases; --",
        "../../etc/passwd",
        "%s%n",
    ];
    let mut pairs: Vec<(&str, &str)> = names.iter().map(|n| (*n, "悪い値")).collect();
    pairs.extend([("_version", "1"), ("_has", "officers"), ("_has", "nothing"), ("_action", "list")]);
    let answer = desk.client.post(&path, &pairs).await;
    assert!(matches!(answer.status, 303 | 422), "{}", answer.said());
    let after = desk.sql.one("select md5(string_agg(d::text, '' order by section)) from draft_sections d where section <> 'officers_section'").await;
    assert_eq!(before, after, "only fields of the posted section are touched");
    let rows = desk.sql.count("select jsonb_array_length(coalesce(answers -> 'officers', '[]')) from draft_sections where section = 'officers_section'").await;
    assert!(rows <= 3, "{rows} rows");
    let keys =
        desk.sql.list("select jsonb_object_keys(answers) from draft_sections where section = 'officers_section'").await;
    assert!(keys.iter().all(|k| k.starts_with("officer")), "{keys:?}");
    for action in [
        "add:officers",
        "remove:officers:999999999",
        "remove:officers:-1",
        "add:nothing",
        "remove-file:att_roster:x",
        "postal:capital",
        "nonsense\0",
    ] {
        let version = desk.client.get(&path).await.ok().hidden("_version");
        let answer =
            desk.client.post(&path, &[("_version", &version), ("_has", "officers"), ("_action", action)]).await;
        assert!(answer.status < 500, "{action}: {}", answer.said());
    }
    for section in ["nothing", "outline%00", "..%2F..", "%F0%9F%98%80", &"x".repeat(5_000)] {
        let answer = desk.client.get(&format!("{}/sections/{section}", desk.base)).await;
        assert!(matches!(answer.status, 400 | 404 | 414), "{section}: {}", answer.status);
    }
    desk.end().await;
}
